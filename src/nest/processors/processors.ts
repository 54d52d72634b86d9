/**
 * The processors of one resource: three doors lead in, and the lists that run come out, in order.
 */
import type { ReadOperation, WriteOperation } from '../../query/api-request.js';
import type { ProcessorOptions } from './contexts.js';
import { expectKey, keysFor, type Phase, type ProcessorKey } from './keys.js';

/** A processor, whatever context it takes. */
export type Processor = (context: never) => unknown;

/** Where processors are registered, in the order in which they run. @see PRC-14 */
const DOORS = ['universal', 'resource', 'provider', 'service'] as const;
type Door = (typeof DOORS)[number];

/** What an operation runs. */
export interface ProcessorLists {
  readonly preprocessors: readonly Processor[];
  readonly postprocessors: readonly Processor[];
  readonly afterCommit: readonly Processor[];
}

interface Entry {
  readonly phase: Phase;
  readonly door: Door;
  readonly key: ProcessorKey;
  readonly processor: Processor;
}

/** Registered once for each entry of `forFeature`; two applications share none. */
export class Processors {
  private readonly entries: Entry[] = [];
  private readonly lists = new Map<string, ProcessorLists | undefined>();

  /** @param owner names the resource in errors */
  constructor(private readonly owner: string) {}

  /** Adds the lists of options. */
  addOptions(door: 'universal' | 'resource', options: ProcessorOptions): void {
    for (const phase of ['preprocessors', 'postprocessors', 'afterCommit'] as const) {
      const lists = Object.entries(options[phase] ?? {}) as [ProcessorKey, readonly Processor[] | undefined][];
      for (const [key, list] of lists) for (const processor of list ?? []) this.add(phase, door, key, processor);
    }
  }

  /**
   * Adds one, behind all others of its door.
   *
   * @throws RestlessConfigError for a key that does not exist.
   */
  add(phase: Phase, door: Door, key: string, processor: Processor): void {
    expectKey(this.owner, phase, key);
    this.entries.push({ phase, door, key, processor });
    this.lists.clear();
  }

  /** What an operation runs, or undefined where nothing is registered for it. */
  of(operation: ReadOperation | WriteOperation | 'EVALUATE', toMany: boolean | undefined): ProcessorLists | undefined {
    if (this.entries.length === 0) return undefined;
    const name = `${operation} ${toMany}`;
    if (!this.lists.has(name)) this.lists.set(name, this.listsOf(keysFor(operation, toMany)));
    return this.lists.get(name);
  }

  private listsOf(keys: readonly ProcessorKey[]): ProcessorLists | undefined {
    const preprocessors = this.list('preprocessors', keys);
    const postprocessors = this.list('postprocessors', keys);
    const afterCommit = this.list('afterCommit', keys);
    const isEmpty = preprocessors.length + postprocessors.length + afterCommit.length === 0;
    return isEmpty ? undefined : { preprocessors, postprocessors, afterCommit };
  }

  private list(phase: Phase, keys: readonly ProcessorKey[]): readonly Processor[] {
    return DOORS.flatMap((door) =>
      keys.flatMap((key) =>
        this.entries
          .filter((entry) => entry.phase === phase && entry.door === door && entry.key === key)
          .map(({ processor }) => processor),
      ),
    );
  }
}
