/**
 * JSON:API 1.1 as a wire format.
 */
import type { WireFormat } from '../wire-format.js';
import { readEvaluation, writeEvaluation } from './evaluate.js';
import { JSON_API_MEDIA_TYPE } from './media-type.js';
import { nameFault } from './names.js';
import { read, readRoot } from './read.js';
import { readBeside, readChange } from './read-document.js';
import { SCHEMAS } from './schema.js';
import { writeText } from './write-text.js';
import { parts, write, writeCount, writeErrors, writeRoot } from './write.js';

/** Extensions that are understood: none. Profiles may always be named. */
export const JSON_API: WireFormat = Object.freeze<WireFormat>({
  name: 'json-api',
  mediaType: JSON_API_MEDIA_TYPE,
  negotiates: true,
  understands: ({ parameters }) =>
    [...parameters].every(([name, value]) => name === 'profile' || (name === 'ext' && value.trim() === '')),
  nameFault,
  nameDoubt: () => undefined,
  read,
  readEvaluation,
  writeEvaluation,
  readChange,
  readBeside,
  parts,
  classicVerbs: false,
  showsChanges: false,
  write,
  writeText,
  statusOf: ({ status }) => status,
  writeCount,
  writeErrors,
  jsonpPayload: (document) => document,
  schemas: SCHEMAS,
  readRoot,
  writeRoot,
});
