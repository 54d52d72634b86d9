/**
 * What flat JSON says about the names of fields.
 */
import { dotted } from './read.js';

/** Why no field may have a name: it is a part of URLs. */
export function nameFault(name: string): string | undefined {
  return name === 'relationships' ? ' cannot be called "relationships", which is a part of URLs' : undefined;
}

/** Two underscores lead through a relation. @see SET-15 */
export function nameDoubt(name: string): string | undefined {
  return dotted(name) === name
    ? undefined
    : `: flat JSON cannot search by "${name}", where "__" leads through a relation`;
}
