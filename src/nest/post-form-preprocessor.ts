/**
 * The option `postFormPreprocessor` of Flask-Restless: one more preprocessor of POST, the last of them.
 */
import { Logger } from '@nestjs/common';
import type { Processors } from './processors/processors.js';

/** The data of a new resource by field name: edited in place, or returned anew. */
export type PostFormPreprocessor = (data: Record<string, unknown>) => unknown;

/** The option, which was deprecated in its own time. */
export interface PostFormOptions {
  /**
   * Sees the data of every new resource after all other preprocessors.
   *
   * @deprecated use `preprocessors: { POST_RESOURCE: [...] }`. @see SET-20
   */
  readonly postFormPreprocessor?: PostFormPreprocessor;
}

const LOGGER = new Logger('Restless');

/** Registers the function that the option gives, if it does, behind the resource's other preprocessors. */
export function addPostFormPreprocessor(owner: string, processors: Processors, options: object): void {
  const { postFormPreprocessor: preprocess } = options as { readonly postFormPreprocessor?: PostFormPreprocessor };
  if (preprocess === undefined) return;
  LOGGER.warn(`${owner}: postFormPreprocessor is deprecated; use preprocessors: { POST_RESOURCE: [...] }.`);
  processors.add('preprocessors', 'resource', 'POST', async ({ data }: { readonly data: Record<string, unknown> }) => {
    const made = await preprocess(data);
    if (typeof made !== 'object' || made === null || made === data) return;
    for (const name of Object.keys(data)) if (!Object.hasOwn(made, name)) delete data[name];
    Object.assign(data, made);
  });
}
