/** What the wire formats are called. */

/** Names of the formats, as the option `formats` has them. */
export type WireFormatName = 'json-api' | 'flat-json';
