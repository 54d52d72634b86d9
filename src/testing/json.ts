/** Reads JSON that may be anything. */
export type Json = Readonly<Record<string, unknown>>;

/** Undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Without members, where it is no object. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The objects of a list, or the one that is there. */
export function objects(value: unknown): readonly Json[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(asObject);
}
