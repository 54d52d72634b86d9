/**
 * What JSON:API 1.1 says about the names of fields.
 */

/** Names that it, or the URLs, keep for themselves. */
const RESERVED = new Set(['type', 'relationships']);
/** "Member Names". */
const MEMBER_NAME = /^[a-zA-Z0-9\u0080-\uffff](?:[-_ a-zA-Z0-9\u0080-\uffff]*[a-zA-Z0-9\u0080-\uffff])?$/;

/** Why no field may have a name. @see JA-23 */
export function nameFault(name: string): string | undefined {
  if (RESERVED.has(name)) return ` cannot be called "${name}" in JSON:API`;
  return MEMBER_NAME.test(name) ? undefined : `: "${name}" is no legal JSON:API member name`;
}
