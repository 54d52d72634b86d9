/**
 * The door for providers: `@Preprocessor`, `@Postprocessor` and `@AfterCommit` on methods, and how they are found.
 */
import type { ModulesContainer } from '@nestjs/core';
import type { ObjectLiteral } from 'typeorm';
import { RestlessConfigError } from '../../errors.js';
import { entityName, type RestlessEntity } from '../restless.tokens.js';
import type { AfterCommitFunction, PostprocessFunction, PreprocessFunction } from './contexts.js';
import { expectKey, type Phase, type ProcessorKey, type WriteProcessorKey } from './keys.js';
import type { Processor } from './processors.js';

const MARKS = Symbol('restless:processors');

/** What a decorator says of a method. */
interface Mark {
  readonly phase: Phase;
  readonly entity: RestlessEntity;
  readonly key: ProcessorKey;
  readonly method: string | symbol;
}

/** A decorator of methods that take what a processor takes. */
export type ProcessorDecorator<Run> = <Method extends Run>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Marks a method of a provider as a preprocessor of an entity: of all its resources, where it is exposed several times.
 *
 * @example
 * @Preprocessor(Article, 'POST_RESOURCE')
 * stampAuthor({ assign, user }: PreprocessorContext<'POST_RESOURCE', Article>) {
 *   assign({ author: { id: (user as User).id } });
 * }
 * @throws RestlessConfigError at start for a key or an entity that is not there. @see PRC-01
 */
export function Preprocessor<T extends ObjectLiteral, Key extends ProcessorKey>(
  entity: RestlessEntity<T>,
  key: Key,
): ProcessorDecorator<PreprocessFunction<Key, T>> {
  return mark('preprocessors', entity, key);
}

/**
 * Marks a method of a provider as a postprocessor of an entity. What it throws undoes what was written.
 *
 * @example
 * @Postprocessor(Article, 'POST_RESOURCE')
 * async number({ id, manager }: PostprocessorContext<'POST_RESOURCE', Article>) {
 *   await manager.increment(Counter, { name: 'articles' }, 'value', 1);
 * }
 * @see PRC-01
 */
export function Postprocessor<T extends ObjectLiteral, Key extends ProcessorKey>(
  entity: RestlessEntity<T>,
  key: Key,
): ProcessorDecorator<PostprocessFunction<Key, T>> {
  return mark('postprocessors', entity, key);
}

/**
 * Marks a method of a provider to be called once what was written is committed. What it throws is logged only.
 *
 * @example
 * @AfterCommit(Article, 'POST_RESOURCE')
 * async announce({ id }: AfterCommitContext<'POST_RESOURCE', Article>) {
 *   await this.mails.announce(id);
 * }
 * @see PRJ-28
 */
export function AfterCommit<T extends ObjectLiteral, Key extends WriteProcessorKey>(
  entity: RestlessEntity<T>,
  key: Key,
): ProcessorDecorator<AfterCommitFunction<Key, T>> {
  return mark('afterCommit', entity, key);
}

function mark(phase: Phase, entity: RestlessEntity, key: ProcessorKey): ProcessorDecorator<Processor> {
  return (target, method) => {
    const { constructor } = target;
    const own = (Reflect.getOwnMetadata(MARKS, constructor) as readonly Mark[] | undefined) ?? [];
    Reflect.defineMetadata(MARKS, [...own, { phase, entity, key, method }], constructor);
  };
}

/** A method of a provider that is to run. */
export interface ProvidedProcessor extends Omit<Mark, 'method'> {
  /** The class and the method, for errors. */
  readonly owner: string;
  readonly processor: Processor;
}

/**
 * The marked methods of all providers and controllers of an application, in the order of its modules.
 *
 * @throws RestlessConfigError for providers that live as long as a request: at start there is none.
 */
export function providedProcessors(modules: ModulesContainer): readonly ProvidedProcessor[] {
  const found: ProvidedProcessor[] = [];
  const seen = new Set<unknown>();
  for (const { providers, controllers } of modules.values()) {
    for (const wrapper of [...providers.values(), ...controllers.values()]) {
      const { instance, metatype, inject } = wrapper;
      // Of a factory the metatype is the function that makes the instance.
      const type =
        (inject === undefined || inject === null ? metatype : undefined) ??
        (instance as object | undefined)?.constructor;
      const marks = marksOf(type);
      if (marks.length === 0) continue;
      if (!wrapper.isDependencyTreeStatic()) {
        throw new RestlessConfigError(
          `${wrapper.name} has processors and lives as long as a request; make it a singleton, and take the request from the context.`,
        );
      }
      if (seen.has(instance)) continue;
      seen.add(instance);
      for (const { method, phase, entity, key } of marks) {
        const owner = `${wrapper.name}.${String(method)}`;
        expectKey(owner, phase, key);
        const processor = (context: never): unknown =>
          (instance as Record<string | symbol, Processor>)[method]!(context);
        found.push({ phase, entity, key, owner, processor });
      }
    }
  }
  return found;
}

/** The marks of a class and of those that it extends, the base first. */
function marksOf(type: unknown): readonly Mark[] {
  if (typeof type !== 'function' || type === Function.prototype) return [];
  const own = (Reflect.getOwnMetadata(MARKS, type) as readonly Mark[] | undefined) ?? [];
  return [...marksOf(Object.getPrototypeOf(type)), ...own];
}

/** The error of a processor whose entity is not exposed. */
export function notProcessed({ owner, entity }: ProvidedProcessor): RestlessConfigError {
  return new RestlessConfigError(
    `${owner} is a processor of ${entityName(entity)}, which is not exposed; list it in RestlessModule.forFeature.`,
  );
}
