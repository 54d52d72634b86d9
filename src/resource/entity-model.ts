/**
 * What a store says about an entity, in words of no particular store: the raw material of resources.
 * `sql/schema.ts` reads it from TypeORM; another store may write it by hand.
 */
import type { SqlExpression } from './restrictions.js';

/** The kinds of values that a column holds, as far as requests and answers need to tell them apart. */
export type ValueType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'interval'
  | 'uuid'
  | 'enum'
  | 'inet'
  | 'json'
  | 'array'
  | 'bytes'
  | 'unknown';

/** One column of an entity. */
export interface ColumnModel {
  /** Property path inside the entity; dots step into embedded objects (`address.city`). */
  readonly path: string;
  /** The classes of the embedded objects on the path, from the outermost. */
  readonly embeddedIn?: readonly (EntityModel['class'] | undefined)[] | undefined;
  /** What its values are, as requests and answers have them. */
  readonly type: ValueType;
  /** It may be null. */
  readonly nullable: boolean;
  /** A new row needs a value of it, and as far as the entity says nothing makes one. */
  readonly required?: boolean | undefined;
  /** Part of the primary key. */
  readonly primary: boolean;
  /** No two rows have the same value. */
  readonly unique: boolean;
  /** The database or the ORM makes the value: auto increment, update date, version. */
  readonly generated: boolean;
  /** False for columns that are read only when asked for (`select: false`). */
  readonly selected: boolean;
  /** One of a relation's join columns. */
  readonly foreignKey: boolean;
  /** For a join column: the relation whose it is, and the property of the related entity that it refers to. */
  readonly refersTo?: { readonly relation: string; readonly property: string } | undefined;
  /** A join column without a property of its own; its path is `relation.referenced`. */
  readonly foreignKeyOnly: boolean;
  /** Kept by the ORM for itself: the discriminator, tree paths. */
  readonly internal: boolean;
  /** Computed by SQL, not stored (`@VirtualColumn`). */
  readonly virtual: boolean;
  /** Not a column of the store at all: SQL of the application's own. */
  readonly expression?: { readonly model: EntityModel; readonly sql: SqlExpression } | undefined;
  /** For enums: the values that there are. */
  readonly enum?: readonly (string | number)[] | undefined;
  /** For whole numbers: the smallest and the greatest that the column can hold. */
  readonly range?: readonly [min: number, max: number] | undefined;
  /** Rows can be sorted and grouped by it; JSON, lists, bytes and shapes have no order. */
  readonly ordered: boolean;
  /** The entity's value is not the database's: a transformer stands between them. */
  readonly transformed: boolean;
  /** A time that has a zone of its own. */
  readonly zoned?: boolean | undefined;
  /** The ORM writes the column when it inserts. */
  readonly insertable: boolean;
  /** The ORM writes the column when it updates. */
  readonly updatable: boolean;
  /** What the elements of a list are. */
  readonly element?: ValueType | undefined;
  /** For lists that are kept as one text: what stands between the elements. */
  readonly separator?: string | undefined;
  /** For decimals: digits in all. */
  readonly precision?: number | undefined;
  /** For texts: the most characters. */
  readonly length?: number | undefined;
  /** For decimals: digits behind the point. */
  readonly scale?: number | undefined;
}

/** One relation of an entity. */
export interface RelationModel {
  /** The property of the entity. */
  readonly property: string;
  /** The entity that declares it: that which has it, or an ancestor in the same table. */
  readonly declaredBy: string;
  /** It leads to a list of rows. */
  readonly toMany: boolean;
  /** A to-one relation may lead to nothing. */
  readonly nullable: boolean;
  /** The ORM writes its columns with a new row. */
  readonly insertable: boolean;
  /** The ORM writes its columns later, too: not where they are part of a key. */
  readonly updatable: boolean;
  /** The related entity. */
  readonly target: EntityModel;
  /** The property of the related entity that leads back, where there is one. */
  readonly inverse?: string | undefined;
  /** For stores that ask: the property of the related entity that holds the relation, where it is not this one. */
  readonly mappedBy?: string | undefined;
  /** Where its columns are: on the row, on the related row, or in a table between them. */
  readonly stored?: 'here' | 'there' | 'between';
  /** For a relation through a join entity: the relation to that entity's rows, and that from there on. */
  readonly through?: { readonly first: RelationModel; readonly second: RelationModel };
}

/** One entity. */
export interface EntityModel {
  /** The name that the store has for it; messages use it. */
  readonly name: string;
  /** The class, where there is one: class-transformer's metadata hang on it. */
  readonly class?: (abstract new (...args: never[]) => object) | undefined;
  /** The collection's name unless options say otherwise: the table, or the discriminator's value. */
  readonly defaultName: string;
  /** Every column, exposed or not. */
  readonly columns: readonly ColumnModel[];
  /** Every relation, exposed or not. */
  readonly relations: readonly RelationModel[];
  /** Property paths of the primary key, in order. */
  readonly primaryKey: readonly string[];
  /** Entities of the same table that inherit from this one (single-table inheritance). */
  readonly children: readonly EntityModel[];
  /** True where an ancestor shares the table. */
  readonly isChild: boolean;
}
