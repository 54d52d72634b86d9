/**
 * Rows of a statement → what they say: which resource, which id, which values, which linkage. All lookups of
 * names are done once per statement.
 */
import type { Identifier, Linkage } from '../query/result.js';
import { formatId, type Relationship, type Resource } from '../resource/resource.js';
import type { ReadValue } from './columns.js';

/** The values of a row, in the order of the statement's columns. */
export type Row = readonly unknown[];

/** A column of the statement with its converter. */
export interface CellReader {
  readonly at: number;
  readonly read: ReadValue;
}

/** How the kind of a row in a shared table is read. */
export interface KindReader {
  /** The discriminator. */
  readonly at: number;
  /** Which resource its values stand for. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/** How the linkage of a to-one relationship is read off a row. */
export interface ToOneReader {
  readonly relationship: Relationship;
  /** The id of the relationship's target. */
  readonly id: readonly CellReader[];
  /** The same for all resources that the related row may belong to. */
  readonly ids: ReadonlyMap<Resource, readonly CellReader[]>;
  readonly kind: KindReader | undefined;
}

/** How the rows of one resource are read. */
export interface ResourceReaders {
  readonly id: readonly CellReader[];
  /** In the order of the fieldset. */
  readonly attributes: readonly ((row: Row) => unknown)[];
  readonly toOne: readonly ToOneReader[];
  /** The primary key's columns, where entities have to be loaded. */
  readonly primaryKey: readonly number[];
}

export class RowReader {
  private readonly readers = new Map<Resource, ResourceReaders>();

  constructor(
    private readonly resource: Resource,
    private readonly kind: KindReader | undefined,
  ) {}

  add(resource: Resource, readers: ResourceReaders): void {
    this.readers.set(resource, readers);
  }

  /** The reader of a to-one relationship. */
  toOne(relationship: Relationship): ToOneReader {
    const all = [...this.readers.values()].flatMap((readers) => readers.toOne);
    return all.find((each) => each.relationship.model === relationship.model)!;
  }

  /** Which resource a row belongs to. */
  resourceOf(row: Row): Resource {
    return ownerOf(row, this.resource, this.kind);
  }

  identifier(row: Row): Identifier {
    const resource = this.resourceOf(row);
    return { resource, id: readId(row, this.readers.get(resource)!.id, resource) };
  }

  values(row: Row, resource: Resource): unknown[] {
    return this.readers.get(resource)!.attributes.map((read) => read(row));
  }

  primaryKey(row: Row, resource: Resource): readonly unknown[] {
    const { primaryKey } = this.readers.get(resource)!;
    return primaryKey.length === 0 ? primaryKey : primaryKey.map((at) => row[at]);
  }

  /** Adds the to-one linkage that stands on the row. */
  link(row: Row, resource: Resource, linkage: Map<string, Linkage>): void {
    for (const { relationship, id, ids, kind } of this.readers.get(resource)!.toOne) {
      const { target } = relationship;
      const missing = id.some(({ at }) => row[at] === null);
      const related = ownerOf(row, target, kind);
      linkage.set(
        relationship.name,
        missing ? null : { resource: related, id: readId(row, ids.get(related)!, related) },
      );
    }
  }
}

/** Which resource of a family a row belongs to. */
function ownerOf(row: Row, family: Resource, kind: KindReader | undefined): Resource {
  return kind?.resources.get(String(row[kind.at])) ?? family;
}

function readId(row: Row, parts: readonly CellReader[], resource: Resource): string {
  const [part] = parts;
  if (parts.length === 1) return String(part!.read(row[part!.at]));
  const texts = parts.map(({ at, read }) => String(read(row[at])));
  return formatId(texts, resource.options.idSeparator);
}
