/**
 * What an application is told while it starts, though it works.
 */
import { Logger } from '@nestjs/common';
import type { Resource } from '../resource/resource.js';
import type { WireFormat } from '../wire/wire-format.js';

const LOGGER = new Logger('Restless');

/** A resource with the formats that name its fields. */
interface Named {
  readonly resource: Resource;
  readonly formats: readonly WireFormat[];
}

/** Tells of a resource that shows nothing, and of fields that a format has trouble with. @see SET-15 */
export function warnOfFields({ resource, formats }: Named): void {
  const fields = [...resource.attributes.values(), ...resource.relationships.values()];
  if (!fields.some(({ exposed }) => exposed))
    LOGGER.warn(
      `${resource.model.name} shows nothing but its id: give its fields @Expose(), or the resource expose: 'all'.`,
    );
  for (const { name, property, exposed } of fields) {
    const doubt = exposed
      ? formats.map((format) => format.nameDoubt(name)).find((each) => each !== undefined)
      : undefined;
    if (doubt !== undefined)
      LOGGER.warn(`${resource.model.name}.${property}${doubt}; rename it with @Expose({ name }).`);
  }
}
