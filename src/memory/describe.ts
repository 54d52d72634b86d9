/**
 * Entities described by hand: what TypeORM's metadata say of a mapped class, for a class that is mapped nowhere.
 */
import { RestlessConfigError } from '../errors.js';
import type { ColumnModel, EntityModel, RelationModel, ValueType } from '../resource/entity-model.js';
import type { EntityClass } from '../resource/expose.js';

/** One column of a described entity. */
export interface FieldDescription {
  /** What its values are, as requests and answers have them. */
  readonly type: ValueType;
  /** Part of the primary key. Default false. */
  readonly primary?: boolean;
  /** The store makes the value where none is given: the next number, or a UUID. Default false. */
  readonly generated?: boolean;
  /** Default false. */
  readonly nullable?: boolean;
  /** Default false. */
  readonly unique?: boolean;
  /** The value of a new row that has none. */
  readonly default?: unknown;
  /** For `enum`. */
  readonly enum?: readonly (string | number)[];
  /** For texts: the most characters. Default: no bound. */
  readonly length?: number;
  /** For decimals: digits in all. Default: no bound. */
  readonly precision?: number;
  /** For decimals: digits behind the point. */
  readonly scale?: number;
}

/** One relation of a described entity. */
export interface RelationDescription {
  /** The related entity; a function, because classes may name each other. */
  readonly to: () => EntityClass;
  /** It leads to many rows. Default false. */
  readonly many?: boolean;
  /** The property of the related entity that holds the relation. Default: rows of this one hold it. */
  readonly mappedBy?: string;
  /** Default true. */
  readonly nullable?: boolean;
}

/**
 * One entity with its rows.
 *
 * @example
 * const planets: EntityDescription = {
 *   entity: Planet,
 *   fields: { id: { type: 'integer', primary: true, generated: true }, name: 'text' },
 *   relations: { moons: { to: () => Moon, many: true, mappedBy: 'planet' } },
 *   rows: [{ id: 1, name: 'Earth' }],
 * };
 */
export interface EntityDescription {
  /** The class, whose decorators say what is exposed. */
  readonly entity: EntityClass;
  /** The collection's name unless options say otherwise. Default: the class's name in lower case. */
  readonly name?: string;
  /** Columns by property; a dot steps into an embedded object. A type alone is a column that may not be null. */
  readonly fields: Readonly<Record<string, ValueType | FieldDescription>>;
  /** Relations by property. Default: none. */
  readonly relations?: Readonly<Record<string, RelationDescription>>;
  /** The rows at the start. Relations that they hold are ids, or lists of ids; composite ones lists of their parts. */
  readonly rows?: readonly object[];
}

/** What a value of a column has to be ordered, or a condition of. */
const UNORDERED: readonly ValueType[] = ['json', 'array', 'bytes'];

/**
 * The models of some entities, by class.
 *
 * @throws RestlessConfigError for a relation to an entity that is not described with them
 */
export function describeEntities(descriptions: readonly EntityDescription[]): ReadonlyMap<EntityClass, EntityModel> {
  const models = new Map<EntityClass, EntityModel>();
  for (const { entity, name = entity.name.toLowerCase(), fields, relations = {} } of descriptions) {
    const columns = Object.entries(fields).map(([path, field]) => describeColumn(path, field));
    const model: EntityModel = {
      name: entity.name,
      class: entity,
      defaultName: name,
      columns,
      relations: Object.entries(relations).map(([property, relation]) =>
        describeRelation(entity, property, relation, models),
      ),
      primaryKey: columns.filter(({ primary }) => primary).map(({ path }) => path),
      children: [],
      isChild: false,
    };
    models.set(entity, Object.freeze(model));
  }
  for (const { entity, relations = {} } of descriptions) {
    for (const [property, { to, mappedBy }] of Object.entries(relations)) {
      const target = models.get(to());
      if (target === undefined) {
        throw new RestlessConfigError(`${entity.name}.${property} leads to ${to().name}, which is not described here.`);
      }
      if (mappedBy !== undefined && !target.relations.some((each) => each.property === mappedBy)) {
        throw new RestlessConfigError(
          `${entity.name}.${property}: ${target.name} has no relation "${mappedBy}" (mappedBy).`,
        );
      }
    }
  }
  return models;
}

function describeColumn(path: string, field: ValueType | FieldDescription): ColumnModel {
  const described = typeof field === 'string' ? { type: field } : field;
  const { type, primary = false, generated = false, nullable = false, unique = false } = described;
  return Object.freeze({
    path,
    type,
    nullable,
    primary,
    unique,
    generated: generated && !primary,
    selected: true,
    foreignKey: false,
    foreignKeyOnly: false,
    internal: false,
    virtual: false,
    enum: described.enum,
    ordered: !UNORDERED.includes(type),
    transformed: false,
    insertable: true,
    updatable: true,
    element: type === 'array' ? 'text' : undefined,
    length: described.length,
    precision: described.precision,
    scale: described.scale,
  });
}

function describeRelation(
  entity: EntityClass,
  property: string,
  { to, many = false, mappedBy, nullable = true }: RelationDescription,
  models: ReadonlyMap<EntityClass, EntityModel>,
): RelationModel {
  return Object.freeze({
    property,
    declaredBy: entity.name,
    toMany: many,
    nullable,
    insertable: true,
    updatable: true,
    get target() {
      return models.get(to())!;
    },
    get inverse() {
      return mappedBy ?? models.get(to())!.relations.find((each) => each.mappedBy === property)?.property;
    },
    mappedBy,
  });
}
