/**
 * Makes what the options `serializer` and `deserializer` name: functions and objects as they are, classes by Nest's
 * injector, once for each resource.
 */
import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Deserializer, ResourceDeserializer } from '../wire/deserializer.js';
import type { ResourceSerializer, Serializer } from '../wire/serializer.js';

/** How an application writes and reads one resource itself. */
export interface OwnSerializers {
  serializer: ResourceSerializer | undefined;
  deserializer: ResourceDeserializer | undefined;
}

/** A class, whatever its constructor takes. */
type Constructor<T> = new (...args: never[]) => T;

/** True for what the option of this name takes. */
export function isSerializer(value: unknown, method: 'serialize' | 'deserialize'): boolean {
  if (typeof value === 'function') return true;
  return hasMethod(value, method);
}

/** @see SER-08 */
export async function makeSerializer(
  option: Serializer | undefined,
  injector: ModuleRef,
): Promise<ResourceSerializer | undefined> {
  if (option === undefined) return undefined;
  if (isClass<ResourceSerializer>(option, 'serialize')) return make(option, injector);
  return typeof option === 'function' ? { serialize: option } : option;
}

/** @see SER-08 */
export async function makeDeserializer(
  option: Deserializer | undefined,
  injector: ModuleRef,
): Promise<ResourceDeserializer | undefined> {
  if (option === undefined) return undefined;
  if (isClass<ResourceDeserializer>(option, 'deserialize')) return make(option, injector);
  return typeof option === 'function' ? { deserialize: option } : option;
}

/** A class that an application has for itself is a provider of some module; another one is made here. */
async function make<T extends object>(constructor: Constructor<T>, injector: ModuleRef): Promise<T> {
  const type = constructor as Type<T>;
  return provided(type, injector) ?? (await injector.create(type));
}

function provided<T extends object>(type: Type<T>, injector: ModuleRef): T | undefined {
  try {
    return injector.get<T>(type, { strict: false });
  } catch {
    return undefined;
  }
}

function isClass<T extends object>(option: unknown, method: string): option is Constructor<T> {
  return typeof option === 'function' && hasMethod(option.prototype, method);
}

function hasMethod(value: unknown, method: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function';
}
