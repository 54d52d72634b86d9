/**
 * The media type of JSON:API, and of documents to which a profile is applied.
 */

/** The media type of JSON:API. */
export const JSON_API_MEDIA_TYPE = 'application/vnd.api+json';

/** The media type of a document that keeps to a profile. @see JA-5 */
export function profiled(profile: string): string {
  return `${JSON_API_MEDIA_TYPE}; profile="${profile}"`;
}
