/**
 * Holds documents to `jsonapi-validator`, whose schema is that of JSON:API 1.0. Where 1.1 allows more, and this library
 * makes use of it, the document is taken back to 1.0 first; `schema.spec.ts` shows each of these differences.
 */
import jsonApiValidator, { type Fault } from 'jsonapi-validator';

const validator = new jsonApiValidator.Validator();

/** What is wrong with a document of JSON:API 1.1, in the words of the schema of 1.0. */
export function validate(document: object): string[] {
  return validate10(asVersion10(document));
}

/** What the schema of 1.0 says of a document as it is. */
export function validate10(document: object): string[] {
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    const faults = (error as { errors?: Fault[] }).errors;
    if (faults === undefined) throw error;
    return [...new Set(faults.map(({ dataPath, message }) => `${dataPath} ${message}`))];
  }
}

/** The document without what is new in 1.1: links that are null, and the profiles that were applied. */
function asVersion10(document: object): object {
  return JSON.parse(
    JSON.stringify(document, (name, value: unknown) => {
      if (name === 'links') return without(value as object, (link) => link === null);
      if (name === 'jsonapi') return without(value as object, Array.isArray);
      return value;
    }),
  ) as object;
}

function without(object: object, isNew: (value: unknown) => boolean): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isNew(value)));
}
