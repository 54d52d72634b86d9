/**
 * Runs the processors of one request: before it is checked, before its answer is sent, and after the commit.
 */
import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { WireFormatName } from '../../wire/format-name.js';
import type { RestlessEntity } from '../restless.tokens.js';
import type { ProcessorContext } from './contexts.js';
import { edit, type Decoded, type Editable } from './editing.js';
import type { Processor } from './processors.js';

const LOGGER = new Logger('Restless');

/** What a context tells of a request. */
export interface About {
  readonly operation: string;
  readonly collectionName: string;
  readonly entity: RestlessEntity;
  readonly format: WireFormatName;
  readonly request: object;
  /** Undefined where rows are kept elsewhere. */
  readonly manager: EntityManager | undefined;
}

/** The part of a context that nobody edits; members that are edited are the object's own. */
class Context implements ProcessorContext {
  readonly #about: About;
  /** In the transaction. */
  #manager: EntityManager | undefined;

  constructor(about: About, editable: Editable) {
    this.#about = about;
    Object.assign(this, editable);
  }

  get operation(): string {
    return this.#about.operation;
  }

  get collectionName(): string {
    return this.#about.collectionName;
  }

  get entity(): RestlessEntity {
    return this.#about.entity;
  }

  get format(): WireFormatName {
    return this.#about.format;
  }

  get request(): unknown {
    return this.#about.request;
  }

  get user(): unknown {
    return (this.#about.request as { readonly user?: unknown }).user;
  }

  get manager(): EntityManager {
    const manager = this.#manager ?? this.#about.manager;
    if (manager === undefined) throw new Error(`${this.collectionName} is not kept in a TypeORM data source.`);
    return manager;
  }

  /** Lends the manager of a transaction while it lasts. */
  async within<T>(manager: EntityManager | undefined, work: () => Promise<T>): Promise<T> {
    this.#manager = manager;
    try {
      return await work();
    } finally {
      this.#manager = undefined;
    }
  }
}

/** A document, as processors see it. */
export type Document = Readonly<Record<string, unknown>>;

/** One request on its way past the processors. */
export class Processing {
  private context: Context | undefined;

  constructor(private readonly about: About) {}

  /** Runs preprocessors, and returns what has become of the request. */
  async before(decoded: Decoded, processors: readonly Processor[]): Promise<Decoded> {
    const { editable, methods = {}, finish } = edit(this.about.operation, decoded);
    const context = new Context(this.about, editable);
    Object.assign(context, methods);
    this.context = context;
    for (const processor of processors) assign(context, editable, await call(processor, context));
    // They have had their say: whatever comes later finds no such method.
    for (const name of Object.keys(methods)) Reflect.deleteProperty(context, name);
    return processors.length === 0 ? decoded : finish(context as unknown as Editable);
  }

  /**
   * Runs postprocessors, and returns what has become of the document.
   *
   * @param facts what a write tells on top: the id of a new row, the number of rows
   * @param manager of the transaction, if there is one
   */
  async after(
    document: Document | undefined,
    facts: object,
    processors: readonly Processor[],
    manager?: EntityManager,
  ): Promise<Document | undefined> {
    const context = this.context!;
    const answered = Object.assign(context, facts, { result: document });
    await context.within(manager, async () => {
      for (const processor of processors) {
        const returned = await call(processor, context);
        if (returned !== context && isObject(returned)) answered.result = returned;
      }
    });
    return answered.result;
  }

  /** Runs after-commit hooks: what is committed stays, whatever they throw. */
  async committed(processors: readonly Processor[]): Promise<void> {
    for (const processor of processors) {
      try {
        await call(processor, this.context!);
      } catch (error) {
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        LOGGER.error(`An after-commit hook of ${this.about.collectionName} failed. ${words}`);
      }
    }
  }
}

function call(processor: Processor, context: object): unknown {
  return processor(context as never);
}

/** What a preprocessor returns is assigned to the context; arrow functions return all kinds of other things. */
function assign(context: object, editable: Editable, returned: unknown): void {
  if (!isObject(returned) || returned === context) return;
  for (const [name, value] of Object.entries(returned)) {
    if (!Object.hasOwn(editable, name)) {
      throw new Error(`A preprocessor returned "${name}"; it may return ${Object.keys(editable).join(', ')}.`);
    }
    Object.assign(context, { [name]: value });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
