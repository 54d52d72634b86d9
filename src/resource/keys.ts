/**
 * Names on the wire from names of properties: camel, snake, dash, or whatever a function makes of them. Only the
 * resource graph asks; everything later finds fields by the names that it gave them.
 */

/**
 * How properties are called on the wire, where `@Expose({ name })` says nothing: `birthDate`, `birth_date`, `birth-date`, or
 * what a function returns. @see FJS-07
 *
 * @example
 * RestlessModule.forRoot({ keys: 'snake' });
 */
export type KeyTransform = 'camel' | 'snake' | 'dash' | ((property: string) => string);

/** The named transforms. */
export const KEY_TRANSFORMS: Readonly<Record<string, (property: string) => string>> = {
  camel: (property) =>
    wordsOf(property)
      .map((word, index) => (index === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
      .join(''),
  snake: (property) => wordsOf(property).join('_'),
  dash: (property) => wordsOf(property).join('-'),
};

/** The function behind the option `keys`. */
export function toKeyTransform(keys: KeyTransform | undefined): (property: string) => string {
  if (typeof keys === 'function') return keys;
  return keys === undefined ? (property) => property : KEY_TRANSFORMS[keys]!;
}

/** `birthDate`, `birth_date` and `birth-date` are two words each, in lower case; `HTTPStatus` as well. */
function wordsOf(property: string): readonly string[] {
  const spaced = property.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  return spaced
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}
