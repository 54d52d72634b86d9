/**
 * Reads TypeORM's metadata: gives the rest of the library entity models without TypeORM, and `sql/` the way
 * back from them to the metadata.
 */
import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import { RestlessConfigError } from '../errors.js';
import type { ColumnModel, EntityModel, RelationModel, ValueType } from '../resource/entity-model.js';
import type { EntityClass } from '../resource/expose.js';
import { linkOf, linkThrough, type Link } from './relations.js';

const VALUE_TYPES: Readonly<Record<string, ValueType>> = {
  ...group(
    'text',
    'varchar',
    'character varying',
    'char',
    'character',
    'text',
    'tinytext',
    'mediumtext',
    'longtext',
    'citext',
  ),
  ...group('text', 'nvarchar', 'nchar', 'clob', 'string', 'varying character', 'native character', 'bpchar'),
  ...group('integer', 'int', 'integer', 'int2', 'int4', 'smallint', 'mediumint', 'tinyint', 'year'),
  ...group('bigint', 'bigint', 'int8', 'unsigned big int'),
  ...group('decimal', 'decimal', 'numeric', 'dec', 'fixed', 'money'),
  ...group('float', 'float', 'float4', 'float8', 'double', 'double precision', 'real'),
  ...group('boolean', 'boolean', 'bool'),
  ...group('date', 'date'),
  ...group('time', 'time', 'time without time zone', 'time with time zone', 'timetz'),
  ...group(
    'datetime',
    'datetime',
    'timestamp',
    'timestamptz',
    'timestamp without time zone',
    'timestamp with time zone',
  ),
  ...group('interval', 'interval'),
  ...group('uuid', 'uuid'),
  ...group('enum', 'enum', 'simple-enum'),
  ...group('inet', 'inet', 'cidr'),
  ...group('json', 'json', 'jsonb', 'simple-json'),
  ...group('array', 'simple-array', 'set'),
  ...group('bytes', 'blob', 'bytea', 'binary', 'varbinary', 'tinyblob', 'mediumblob', 'longblob'),
};

/** Value types, and types of PostgreSQL that are none of ours, which no database can sort or compare. */
const UNORDERED: ReadonlySet<string> = new Set([
  ...['json', 'array', 'bytes'],
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'xml'],
]);

const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;
const INTEGER_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  smallint: [-(2 ** 15), 2 ** 15 - 1],
  int2: [-(2 ** 15), 2 ** 15 - 1],
  tinyint: [-(2 ** 7), 2 ** 7 - 1],
  mediumint: [-(2 ** 23), 2 ** 23 - 1],
  int: INT32,
  int4: INT32,
  integer: INT32,
};

function group(type: ValueType, ...names: readonly string[]): Record<string, ValueType> {
  return Object.fromEntries(names.map((name) => [name, type]));
}

/** The entity models of one data source. */
export class Schema {
  private readonly models = new Map<EntityMetadata, EntityModel>();
  private readonly metadatas = new Map<EntityModel, EntityMetadata>();
  private readonly columns = new Map<ColumnModel, ColumnMetadata>();
  private readonly relations = new Map<RelationModel, RelationMetadata>();

  constructor(readonly dataSource: DataSource) {}

  /** The model of an entity. */
  model(metadata: EntityMetadata): EntityModel {
    const known = this.models.get(metadata);
    if (known !== undefined) return known;
    const columns: ColumnModel[] = [];
    const relations: RelationModel[] = [];
    const children: EntityModel[] = [];
    const model: EntityModel = {
      name: metadata.name,
      class: classOf(metadata.target),
      defaultName: isChild(metadata) ? String(metadata.discriminatorValue) : metadata.tableName,
      columns,
      relations,
      primaryKey: metadata.primaryColumns.map(columnPath),
      children,
      isChild: isChild(metadata),
    };
    // Registered before its relations are read: they may lead back here.
    this.models.set(metadata, model);
    this.metadatas.set(model, metadata);
    columns.push(
      ...metadata.columns.filter((column) => !isInherited(column, metadata)).map((column) => this.column(column)),
    );
    relations.push(
      ...metadata.relations
        .filter((relation) => !isOfChild(relation.target, metadata))
        .map((relation) => this.relation(relation)),
    );
    children.push(...directChildren(metadata).map((child) => this.model(child)));
    return Object.freeze(model);
  }

  metadata(model: EntityModel): EntityMetadata {
    return this.metadatas.get(model)!;
  }

  columnMetadata(column: ColumnModel): ColumnMetadata {
    return this.columns.get(column)!;
  }

  relationMetadata(relation: RelationModel): RelationMetadata {
    return this.relations.get(relation)!;
  }

  /** The relation itself, unless it leads through a join entity. */
  storedRelation(relation: RelationModel): RelationMetadata | undefined {
    return this.relations.get(relation);
  }

  /** How the rows of two entities hang together. */
  link(relation: RelationModel): Link {
    if (relation.through === undefined) return linkOf(this.relationMetadata(relation));
    const { first, second } = relation.through;
    return linkThrough(linkOf(this.relationMetadata(first)), linkOf(this.relationMetadata(second)), first.target);
  }

  private column(metadata: ColumnMetadata): ColumnModel {
    const { driver } = this.dataSource;
    const normalized = driver.normalizeType(metadata);
    const type = valueType(metadata, normalized);
    const element = type === 'array' ? elementType(metadata, normalized) : undefined;
    const column: ColumnModel = Object.freeze({
      path: columnPath(metadata),
      embeddedIn: metadata.embeddedMetadata?.embeddedMetadataTree.map((each) => classOf(each.type)),
      type,
      // What SQL computes may be null, whatever is not said of it.
      nullable: metadata.isNullable || metadata.isVirtualProperty,
      required: isRequired(metadata),
      primary: metadata.isPrimary,
      unique: isUnique(metadata),
      generated: isGenerated(metadata),
      selected: metadata.isSelect,
      foreignKey: metadata.relationMetadata !== undefined,
      refersTo: refersTo(metadata),
      foreignKeyOnly: metadata.isVirtual && metadata.relationMetadata !== undefined,
      internal: isInternal(metadata),
      virtual: metadata.isVirtualProperty,
      enum: metadata.enum,
      range: [type, element].includes('integer') ? this.range(metadata, normalized) : undefined,
      ordered: !UNORDERED.has(type) && !UNORDERED.has(normalized),
      transformed: metadata.transformer !== undefined,
      insertable: metadata.isInsert,
      updatable: metadata.isUpdate,
      element,
      zoned: metadata.type === 'timetz' || metadata.type === 'time with time zone',
      separator: metadata.type === 'simple-array' || metadata.type === 'set' ? ',' : undefined,
      precision: metadata.precision ?? undefined,
      length: metadata.length === '' ? undefined : Number(metadata.length),
      scale: metadata.scale,
    });
    this.columns.set(column, metadata);
    return column;
  }

  /** SQLite keeps 64 bits in every integer column, and a number here has 53. */
  private range(metadata: ColumnMetadata, normalized: string): readonly [number, number] {
    const range = INTEGER_RANGES[normalized];
    const lite = ['sqlite', 'better-sqlite3', 'sqljs'].includes(this.dataSource.options.type);
    if (lite || range === undefined) return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    return metadata.unsigned ? [0, range[1] * 2 + 1] : range;
  }

  private relation(metadata: RelationMetadata): RelationModel {
    const target = (): EntityModel => this.model(metadata.inverseEntityMetadata);
    const isOnRow = metadata.isWithJoinColumn;
    expectStored(metadata);
    const holder = isOnRow || metadata.isManyToMany ? metadata : metadata.inverseRelation!;
    const stored = metadata.isManyToMany ? [] : holder.joinColumns;
    const isWritten = metadata.persistenceEnabled && holder.persistenceEnabled;
    const updatable = isWritten && stored.every((column) => column.isUpdate && !column.isPrimary);
    const relation: RelationModel = Object.freeze({
      property: metadata.propertyPath,
      declaredBy: nameOf(metadata.target),
      toMany: metadata.isOneToMany || metadata.isManyToMany,
      nullable: metadata.isNullable,
      stored: isOnRow ? 'here' : metadata.isManyToMany ? 'between' : 'there',
      // Columns of other rows are there already.
      insertable: isOnRow ? isWritten && stored.every((column) => column.isInsert) : updatable,
      updatable,
      get target() {
        return target();
      },
      inverse: metadata.inverseRelation?.propertyPath,
    });
    this.relations.set(relation, metadata);
    return relation;
  }
}

/**
 * TypeORM starts with a relation that no side says the columns of, and fails when it is asked for.
 *
 * @throws RestlessConfigError
 */
function expectStored(relation: RelationMetadata): void {
  const { isManyToMany, inverseRelation: inverse } = relation;
  const isStored = isManyToMany
    ? relation.junctionEntityMetadata !== undefined
    : relation.isWithJoinColumn || inverse?.isWithJoinColumn === true;
  if (isStored) return;
  const decorator = isManyToMany ? '@JoinTable()' : '@JoinColumn()';
  const other = inverse === undefined ? '' : `, or ${inverse.entityMetadata.name}.${inverse.propertyPath}`;
  throw new RestlessConfigError(
    `${relation.entityMetadata.name}.${relation.propertyPath} has no ${decorator}; give it one${other}.`,
  );
}

function isGenerated(metadata: ColumnMetadata): boolean {
  const { isCreateDate, isUpdateDate, isDeleteDate, isVersion } = metadata;
  const isKept = isCreateDate || isUpdateDate || isDeleteDate || isVersion;
  return metadata.isGenerated || isKept || metadata.generatedType !== undefined;
}

/** What a transformer makes of nothing may be a value; keys have rules of their own. */
function isRequired(metadata: ColumnMetadata): boolean {
  const { isNullable, isPrimary, isInsert, isVirtualProperty, transformer } = metadata;
  const isLeftOut = isNullable || isPrimary || !isInsert || isVirtualProperty || transformer !== undefined;
  return !isLeftOut && !isGenerated(metadata) && !isInternal(metadata) && metadata.default === undefined;
}

/** Property path of a column; a join column that has no property is `relation.referenced`. */
function columnPath(metadata: ColumnMetadata): string {
  if (!metadata.isVirtual || metadata.relationMetadata === undefined) return metadata.propertyPath;
  return `${metadata.relationMetadata.propertyPath}.${metadata.referencedColumn?.propertyPath ?? metadata.propertyName}`;
}

function refersTo({ relationMetadata, referencedColumn }: ColumnMetadata): ColumnModel['refersTo'] {
  if (relationMetadata === undefined || referencedColumn === undefined) return undefined;
  return { relation: relationMetadata.propertyPath, property: columnPath(referencedColumn) };
}

function valueType(metadata: ColumnMetadata, normalized: string): ValueType {
  if (metadata.isArray) return 'array';
  if (metadata.type === Boolean || metadata.type === 'boolean' || metadata.type === 'bool') return 'boolean';
  if (metadata.type === 'uuid' || (metadata.isGenerated && metadata.generationStrategy === 'uuid')) return 'uuid';
  if (metadata.type === Number && normalized !== 'integer') return VALUE_TYPES[normalized] ?? 'float';
  const declared = typeof metadata.type === 'string' ? VALUE_TYPES[metadata.type] : undefined;
  return declared ?? VALUE_TYPES[normalized] ?? 'unknown';
}

/** PostgreSQL has lists of every type; the others keep texts. */
function elementType(metadata: ColumnMetadata, normalized: string): ValueType {
  if (metadata.type === 'set') return 'enum';
  return metadata.isArray ? (VALUE_TYPES[normalized] ?? 'unknown') : 'text';
}

function isInternal(metadata: ColumnMetadata): boolean {
  return (
    metadata.isDiscriminator ||
    metadata.isTreeLevel ||
    metadata.isMaterializedPath ||
    metadata.isNestedSetLeft ||
    metadata.isNestedSetRight ||
    (metadata.isVirtual && metadata.relationMetadata === undefined)
  );
}

function isUnique(metadata: ColumnMetadata): boolean {
  const { uniques, indices } = metadata.entityMetadata;
  const alone = ({ columns }: { readonly columns: readonly ColumnMetadata[] }): boolean =>
    columns.length === 1 && columns[0]!.databaseName === metadata.databaseName;
  return uniques.some(alone) || indices.some((index) => index.isUnique && alone(index));
}

/** True for entities that share their ancestor's table. */
export function isChild(metadata: EntityMetadata): boolean {
  return metadata.tableType === 'entity-child';
}

/** A root entity of single-table inheritance holds the columns of all its children. */
function isInherited(column: ColumnMetadata, metadata: EntityMetadata): boolean {
  return isOfChild(column.target, metadata);
}

function classOf(target: unknown): EntityClass | undefined {
  return typeof target === 'function' ? (target as EntityClass) : undefined;
}

function nameOf(target: unknown): string {
  return typeof target === 'function' ? target.name : String(target);
}

function isOfChild(target: unknown, metadata: EntityMetadata): boolean {
  return metadata.childEntityMetadatas.some((child) => child.target === target);
}

/** The children of which no other child is an ancestor. */
function directChildren(metadata: EntityMetadata): readonly EntityMetadata[] {
  const inherits = (child: EntityMetadata, parent: EntityMetadata): boolean =>
    typeof child.target === 'function' &&
    typeof parent.target === 'function' &&
    (child.target.prototype as object) instanceof (parent.target as unknown as EntityClass & (new () => object));
  return metadata.childEntityMetadatas.filter(
    (child) =>
      inherits(child, metadata) &&
      !metadata.childEntityMetadatas.some((other) => other !== child && inherits(child, other)),
  );
}
