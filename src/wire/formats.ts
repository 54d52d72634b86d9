/**
 * The wire formats that there are, and the only place that names them all: a format is taken out by deleting its folder
 * and its name here, which `.ci/check-formats.js` does.
 */
import { RestlessConfigError } from '../errors.js';
import { FLAT_JSON } from './flat-json/format.js';
import { JSON_API } from './json-api/format.js';
import type { WireFormatName } from './format-name.js';
import type { WireFormat } from './wire-format.js';

/** In the order in which a resource speaks them, unless options say otherwise. */
const WIRE_FORMATS: readonly WireFormat[] = [JSON_API, FLAT_JSON];

/** Their names, as the option `formats` has them. */
export const WIRE_FORMAT_NAMES: readonly WireFormatName[] = WIRE_FORMATS.map(({ name }) => name);

/**
 * The format of a name.
 *
 * @throws RestlessConfigError for a format that is not there
 */
export function wireFormat(name: WireFormatName): WireFormat {
  const format = WIRE_FORMATS.find((each) => each.name === name);
  if (format !== undefined) return format;
  throw new RestlessConfigError(`There is no wire format "${name}". Formats: ${WIRE_FORMAT_NAMES.join(', ')}.`);
}
