/**
 * One list of situations, which both formats are in: the same rows, the same policy, the same errors, two spellings.
 */
import { READING } from './reading.js';
import { REFUSALS } from './refusals.js';
import type { Situation } from './situation.js';
import { WRITING } from './writing.js';

export const SITUATIONS: readonly Situation[] = [...READING, ...REFUSALS, ...WRITING];
