/**
 * Fields that stand for others: values plucked from related rows, and relationships that lead through the rows of a join
 * entity. Read from decorators and options, checked against the entity's relations.
 */
import { RestlessConfigError } from '../errors.js';
import type { EntityModel, RelationModel, ValueType } from './entity-model.js';
import type { Exposure } from './expose.js';
import type { ResolvedResourceOptions } from './options.js';
import { fieldOf, type ColumnAttribute, type PluckedAttribute, type Relationship, type Resource } from './resource.js';

const PLUCKED = Symbol('restless:pluck');
const THROUGH = Symbol('restless:through');

const INCOMPARABLE: ReadonlySet<ValueType> = new Set(['json', 'array', 'bytes', 'unknown']);

/** Paths by the property that stands for them. */
type Paths = Readonly<Record<string, string>>;

/**
 * A property that lists the values of one column of related rows, or has that of the one related row. It is read and
 * filtered like the path, and exposed like other properties, with `@Expose()`. What is written to it names the rows that hold
 * the values; those that are not there are made, where their resource lets clients make them. With
 * `@Expose({ toPlainOnly: true })` it is read only.
 *
 * @param path a relation of the entity and a column behind it
 * @example
 * @Expose() @Pluck('tags.name') tagNames!: string[];
 * @see MAP-06
 */
export function Pluck(path: string): PropertyDecorator {
  return remember(PLUCKED, path);
}

/**
 * A relationship to the rows behind those of a join entity, which itself may stay hidden. Exposed like other properties, with
 * `@Expose()`.
 *
 * @param path a to-many relation of the entity, and a to-one relation of the join entity
 * @example
 * @Expose() @Through('authorships.article') articles!: Relation<Article>[];
 * @see MAP-05
 */
export function Through(path: string): PropertyDecorator {
  return remember(THROUGH, path);
}

function remember(key: symbol, path: string): PropertyDecorator {
  return (target, property) => {
    const known = (Reflect.getMetadata(key, target.constructor) as Paths | undefined) ?? {};
    Reflect.defineMetadata(key, Object.freeze({ ...known, [String(property)]: path }), target.constructor);
  };
}

/** The paths that decorators and options give, by property; options win. */
export function derivedPaths(
  model: EntityModel,
  options: ResolvedResourceOptions,
): { readonly pluck: Paths; readonly through: Paths } {
  const marked = (key: symbol): Paths =>
    model.class === undefined ? {} : ((Reflect.getMetadata(key, model.class) as Paths | undefined) ?? {});
  return {
    pluck: { ...marked(PLUCKED), ...options.pluck },
    through: { ...marked(THROUGH), ...options.through },
  };
}

/** The properties that options make fields, whatever decorators say. */
export function derivedByOption({ pluck, through, exclude }: ResolvedResourceOptions): readonly string[] {
  return [...Object.keys(pluck), ...Object.keys(through)].filter((name) => !exclude.includes(name));
}

/**
 * The relations through a join entity.
 *
 * @throws RestlessConfigError where a path does not lead there.
 */
export function throughRelations(model: EntityModel, options: ResolvedResourceOptions): readonly RelationModel[] {
  return Object.entries(derivedPaths(model, options).through).map(([property, path]) => {
    const place = `${model.name}.${property}`;
    expectFree(model, property);
    const [firstName, secondName, ...more] = path.split('.');
    const first = model.relations.find((relation) => relation.property === firstName);
    const second = first?.target.relations.find((relation) => relation.property === secondName);
    if (first === undefined || second === undefined || more.length > 0) {
      throw new RestlessConfigError(
        `${place} goes through "${path}", which does not lead there; name a relation of ${model.name} and one of the join entity, such as "authorships.article".`,
      );
    }
    if (first.stored !== 'there' || !first.toMany || second.stored !== 'here') {
      throw new RestlessConfigError(
        `${place} goes through "${path}", but ${first.target.name} is no join entity: "${firstName}" has to be a @OneToMany, and "${secondName}" a @ManyToOne of ${first.target.name}.`,
      );
    }
    const back = first.target.relations.find(({ property: name }) => name === first.inverse);
    // Its rows are made and deleted, never changed.
    const isWritten = back?.insertable === true && second.insertable;
    return Object.freeze({
      property,
      declaredBy: model.name,
      toMany: true,
      nullable: true,
      insertable: isWritten,
      updatable: isWritten,
      target: second.target,
      through: { first, second },
    });
  });
}

/**
 * An attribute that has values of related rows.
 *
 * @throws RestlessConfigError where the path leads to no column.
 */
export function pluckedAttribute(
  owner: Resource,
  property: string,
  path: string,
  exposure: Exposure,
  exposed: boolean,
): PluckedAttribute {
  const { model } = owner;
  expectFree(model, property);
  const dot = path.indexOf('.');
  const relationship = [...owner.relationships.values()].find((each) => each.property === path.slice(0, dot));
  const of = relationship === undefined ? undefined : columnOf(relationship, path.slice(dot + 1));
  if (relationship === undefined || of === undefined) {
    throw new RestlessConfigError(
      `${model.name}.${property} plucks "${path}", which leads to no column; name a relation of ${model.name} and a column behind it, such as "tags.name".`,
    );
  }
  return Object.freeze({
    kind: 'plucked',
    ...fieldOf(exposure, property, exposed),
    // Rows are found by the value.
    writable: exposure.writable && relationship.writable && !INCOMPARABLE.has(of.type),
    createOnly: exposure.createOnly || relationship.createOnly,
    updateOnly: relationship.updateOnly,
    relationship,
    of,
    transforms: exposure.transforms,
    writeTransforms: exposure.writeTransforms,
  });
}

function columnOf({ target }: Relationship, property: string): ColumnAttribute | undefined {
  const shown = [...target.attributes.values()].find(
    (attribute): attribute is ColumnAttribute => attribute.kind === 'column' && attribute.property === property,
  );
  const key = [...target.id, ...target.primaryKey].find((attribute) => attribute.property === property);
  return shown?.exposed === true ? shown : (key ?? shown);
}

function expectFree(model: EntityModel, property: string): void {
  const taken = [...model.columns.map(({ path }) => path), ...model.relations.map((relation) => relation.property)];
  if (!taken.includes(property)) return;
  throw new RestlessConfigError(
    `${model.name}.${property} is a column or relation already; it cannot stand for another one.`,
  );
}
