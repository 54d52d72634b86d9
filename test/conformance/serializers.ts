/** The serializers and deserializers that profiles name: what the recorded system did, on our interfaces. */
import {
  DefaultDeserializer,
  DefaultSerializer,
  DeserializationException,
  type DeserializeContext,
  type DeserializedResource,
  type ResourceOptions,
  SerializationException,
  type SerializeContext,
  type SerializedResource,
} from 'nestjs-restless';
import type { Computer } from './entities.js';

class ShoutSerializer extends DefaultSerializer<Computer> {
  override async serialize(context: SerializeContext<Computer>): Promise<SerializedResource> {
    const resource = await super.serialize(context);
    resource.attributes.shouted = context.entity.name?.toUpperCase();
    return resource;
  }
}

class FailOn3Serializer extends DefaultSerializer {
  override serialize(context: SerializeContext): SerializedResource | Promise<SerializedResource> {
    if (context.id === '3') throw new SerializationException();
    if (context.id === '5') throw new SerializationException('five is broken');
    return super.serialize(context);
  }
}

class FailingDeserializer extends DefaultDeserializer {
  override deserialize(context: DeserializeContext): DeserializedResource {
    if (context.default().attributes.name !== 'teapot') throw new DeserializationException();
    throw new DeserializationException('I am a teapot', { status: 418 });
  }
}

class RenamingDeserializer extends DefaultDeserializer {
  override async deserialize(context: DeserializeContext): Promise<DeserializedResource> {
    const { attributes, ...resource } = await super.deserialize(context);
    const { fullName, ...others } = attributes;
    return { ...resource, attributes: fullName === undefined ? attributes : { ...others, name: fullName } };
  }
}

const SERIALIZERS: Record<string, NonNullable<ResourceOptions['serializer']>> = { ShoutSerializer, FailOn3Serializer };
const DESERIALIZERS: Record<string, NonNullable<ResourceOptions['deserializer']>> = {
  FailingDeserializer,
  RenamingDeserializer,
};

export const serializerCalled = (name: string): ResourceOptions => ({ serializer: known(SERIALIZERS, name) });
export const deserializerCalled = (name: string): ResourceOptions => ({ deserializer: known(DESERIALIZERS, name) });

function known<T>(classes: Record<string, T>, name: string): T {
  const found = classes[name];
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}
