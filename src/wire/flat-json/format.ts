/**
 * The flat JSON of classic Flask-Restless as a wire format.
 */
import type { WireFormat } from '../wire-format.js';
import { readEvaluation, writeEvaluation } from './evaluate.js';
import { nameDoubt, nameFault } from './names.js';
import { read } from './read.js';
import { readBeside, readChange } from './read-body.js';
import { jsonpPayload } from './jsonp.js';
import { SCHEMAS } from './schema.js';
import { parts, statusOf, write, writeCount, writeErrors, writeRoot } from './write.js';
import { writeText } from './write-text.js';

/** The media type of flat JSON. */
export const FLAT_JSON_MEDIA_TYPE = 'application/json';

/** Reads and is read by clients of Flask-Restless 0.9 to 0.17. Parameters of the media type mean nothing to it (NEG-01). */
export const FLAT_JSON: WireFormat = Object.freeze<WireFormat>({
  name: 'flat-json',
  mediaType: FLAT_JSON_MEDIA_TYPE,
  negotiates: false,
  understands: () => true,
  nameFault,
  nameDoubt,
  read,
  readEvaluation,
  writeEvaluation,
  parts,
  readChange,
  readBeside,
  classicVerbs: true,
  showsChanges: true,
  write,
  writeText,
  statusOf,
  writeCount,
  writeErrors,
  jsonpPayload,
  schemas: SCHEMAS,
  readRoot: () => undefined,
  writeRoot,
});
