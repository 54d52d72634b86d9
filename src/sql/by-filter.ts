/**
 * One UPDATE or DELETE with the whole filter in it: rows that do not pass are not there.
 */
import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { Filter } from '../query/filter.js';
import type { Resource } from '../resource/resource.js';
import { assignmentsOf } from './assignments.js';
import { allOf, join, render, sql, type Sql } from './fragment.js';
import { pieces, rowIsOneOf, whereOf, type RowKey, type WriteContext } from './rows-to-write.js';

/** The rows of a resource that pass a filter. */
export class ByFilter {
  private readonly metadata: EntityMetadata;

  constructor(
    private readonly context: WriteContext,
    private readonly resource: Resource,
    private readonly filter: Filter | undefined,
  ) {
    this.metadata = context.schema.metadata(resource.model);
  }

  /** Changes them, and says how many there are. */
  async update(values: ObjectLiteral): Promise<number> {
    const { columns, dialect, manager, run, schema } = this.context;
    const assignments = assignmentsOf(schema.dataSource, dialect, this.metadata, values);
    if (assignments === undefined) return this.updateByBuilder(values);
    const table = columns.table(this.metadata);
    const statement = sql`UPDATE ${table} SET ${join(assignments, ', ')} WHERE ${allOf(this.conditions())}`;
    return (await run(manager.queryRunner!, render(statement, dialect.placeholder))).affected;
  }

  private async updateByBuilder(values: ObjectLiteral): Promise<number> {
    const { text, parameters } = conditionOf(this.conditions());
    const { affected } = await this.context.manager
      .createQueryBuilder()
      .update(this.metadata.target)
      .set(values)
      .where(text, parameters)
      .callListeners(false)
      .updateEntity(false)
      .execute();
    return affected ?? 0;
  }

  /**
   * Deletes them, or marks them as deleted, and says how many there were.
   *
   * @param keys only these of them
   */
  async remove(keys?: readonly RowKey[]): Promise<number> {
    if (keys === undefined) return this.removeWhere(this.conditions());
    let count = 0;
    for (const piece of pieces(keys))
      count += await this.removeWhere([rowIsOneOf(this.context, this.metadata, piece, this.metadata.tableName)]);
    return count;
  }

  private async removeWhere(conditions: readonly Sql[]): Promise<number> {
    const { text, parameters } = conditionOf(conditions);
    const builder = this.context.manager.createQueryBuilder();
    const { deleteDateColumn, target } = this.metadata;
    const removal =
      deleteDateColumn === undefined
        ? builder.delete().from(target).where(text, parameters)
        : builder.softDelete().from(target).where(text, parameters);
    return (await removal.callListeners(false).execute()).affected ?? 0;
  }

  private conditions(): readonly Sql[] {
    const { filter, resource } = this;
    const where = whereOf(this.context);
    const alias = this.metadata.tableName;
    return [
      ...where.rowConditions(resource.model, alias),
      ...where.exactConditions(resource, alias),
      ...(filter === undefined ? [] : [where.condition(filter, alias)]),
    ];
  }
}

/** For TypeORM's builders of UPDATE and DELETE, which give the table no alias. */
function conditionOf(conditions: readonly Sql[]): { readonly text: string; readonly parameters: ObjectLiteral } {
  const { text, parameters } = render(allOf(conditions), (index) => `:restless_${index}`);
  return { text, parameters: Object.fromEntries(parameters.map((value, index) => [`restless_${index}`, value])) };
}
