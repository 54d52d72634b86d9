/**
 * How rows of two entities hang together, read from the relation's own metadata: which columns of the one
 * equal which columns of the other, through a junction table or not.
 */
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import type { EntityModel } from '../resource/entity-model.js';

/** Two columns that are equal in related rows. */
export interface ColumnPair {
  /** Of the entity that has the relation, or of the junction. */
  readonly near: ColumnMetadata;
  /** Of the related entity, or of the junction. */
  readonly far: ColumnMetadata;
}

/** What stands between the rows of two entities. */
export interface Junction {
  readonly metadata: EntityMetadata;
  /** Of a join entity: its rows may be deleted softly, and share a table. */
  readonly model?: EntityModel;
  readonly source: readonly ColumnPair[];
  readonly target: readonly ColumnPair[];
}

/** A relation as pairs of columns. */
export interface Link {
  readonly source: EntityMetadata;
  readonly target: EntityMetadata;
  /** Without a junction: columns of the owner and of the related row. */
  readonly pairs: readonly ColumnPair[];
  /** With a junction: owner's columns with the junction's, then the junction's with the related row's. */
  readonly junction: Junction | undefined;
}

/** Reads a relation's columns. */
export function linkOf(relation: RelationMetadata): Link {
  const base = { source: relation.entityMetadata, target: relation.inverseEntityMetadata };
  if (relation.isManyToMany) {
    const owner = relation.isManyToManyOwner ? relation : relation.inverseRelation!;
    const near = relation.isManyToManyOwner ? owner.joinColumns : owner.inverseJoinColumns;
    const far = relation.isManyToManyOwner ? owner.inverseJoinColumns : owner.joinColumns;
    const junction = {
      metadata: relation.junctionEntityMetadata!,
      source: near.map((column) => ({ near: column.referencedColumn!, far: column })),
      target: far.map((column) => ({ near: column, far: column.referencedColumn! })),
    };
    return { ...base, pairs: [], junction };
  }
  if (relation.isWithJoinColumn) {
    const pairs = relation.joinColumns.map((column) => ({ near: column, far: column.referencedColumn! }));
    return { ...base, pairs, junction: undefined };
  }
  const pairs = relation.inverseRelation!.joinColumns.map((column) => ({
    near: column.referencedColumn!,
    far: column,
  }));
  return { ...base, pairs, junction: undefined };
}

/** A relation through a join entity: that one's table is the junction. */
export function linkThrough(first: Link, second: Link, model: EntityModel): Link {
  const junction = { metadata: first.target, model, source: first.pairs, target: second.pairs };
  return { source: first.source, target: second.target, pairs: [], junction };
}

/** The columns of the owner that lead to related rows. */
export function nearColumns(link: Link): readonly ColumnMetadata[] {
  return (link.junction?.source ?? link.pairs).map((pair) => pair.near);
}
