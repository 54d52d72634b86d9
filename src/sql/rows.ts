/**
 * Rows of a statement → what they say: which resource, which id, which values, which linkage. All lookups of
 * names are done once per statement.
 */
import type { Identifier } from '../query/result.js';
import { formatId, type Relationship, type Resource } from '../resource/resource.js';
import type { ReadValue } from './columns.js';

export type Row = Readonly<Record<string, unknown>>;

/** A column of the statement with its converter. */
export interface NamedReader {
  readonly name: string;
  readonly read: ReadValue;
}

/** How the linkage of a to-one relationship is read off a row. */
export interface ToOneReader {
  readonly relationship: Relationship;
  readonly id: readonly NamedReader[];
  /** The column that tells the related row's kind, in a shared table. */
  readonly kind: string | undefined;
}

/** How the rows of one resource are read. */
export interface ResourceReaders {
  readonly id: readonly NamedReader[];
  /** In the order of the fieldset. */
  readonly attributes: readonly ((row: Row) => unknown)[];
  readonly toOne: readonly ToOneReader[];
  /** The primary key's columns, where entities have to be loaded. */
  readonly primaryKey: readonly string[];
}

export class RowReader {
  private readonly readers = new Map<Resource, ResourceReaders>();
  private readonly kinds = new Map<string, Resource>();

  /**
   * @param kind the column that tells the kind of row in a shared table
   * @param kindOf the discriminator's value of an entity
   */
  constructor(
    private readonly resource: Resource,
    private readonly kind: string | undefined,
    private readonly kindOf: (entity: string) => string | undefined,
  ) {
    for (const [entity, each] of resource.byEntity) this.kinds.set(kindOf(entity) ?? '', each);
  }

  add(resource: Resource, readers: ResourceReaders): void {
    this.readers.set(resource, readers);
  }

  /** The reader of a to-one relationship. */
  toOne(relationship: Relationship): ToOneReader {
    const all = [...this.readers.values()].flatMap((readers) => readers.toOne);
    return all.find((each) => each.relationship === relationship)!;
  }

  /** Which resource a row belongs to. */
  resourceOf(row: Row): Resource {
    return this.kind === undefined ? this.resource : (this.kinds.get(String(row[this.kind])) ?? this.resource);
  }

  identifier(row: Row): Identifier {
    const resource = this.resourceOf(row);
    return { resource, id: readId(row, this.readers.get(resource)!.id, resource) };
  }

  values(row: Row, resource: Resource): unknown[] {
    return this.readers.get(resource)!.attributes.map((read) => read(row));
  }

  primaryKey(row: Row, resource: Resource): readonly unknown[] {
    return this.readers.get(resource)!.primaryKey.map((name) => row[name]);
  }

  /** The to-one linkage that stands on the row. */
  *linkage(row: Row, resource: Resource): Iterable<readonly [string, Identifier | null]> {
    for (const { relationship, id, kind } of this.readers.get(resource)!.toOne) {
      const { target } = relationship;
      const missing = id.some(({ name }) => row[name] === null);
      const related = kind === undefined ? target : this.related(target, String(row[kind]));
      yield [relationship.name, missing ? null : { resource: related, id: readId(row, id, target) }];
    }
  }

  private related(target: Resource, kind: string): Resource {
    for (const [entity, each] of target.byEntity) if (this.kindOf(entity) === kind) return each;
    return target;
  }
}

function readId(row: Row, parts: readonly NamedReader[], resource: Resource): string {
  return formatId(
    parts.map(({ name, read }) => String(read(row[name]))),
    resource.options.idSeparator,
  );
}
