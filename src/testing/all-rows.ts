/**
 * Looks at rows past every scope: which of them lead to a row, since a leak shows where something leads to it, and whether
 * there is one at all.
 */
import type { ServedResource } from '../nest/catalogue.js';
import { ownRequest } from '../nest/own-requests.js';
import { parseQuery } from '../query/parse-query.js';
import type { QueryRules } from '../query/rules.js';
import { ANYBODY, Policy } from '../resource/policy.js';
import type { Restriction } from '../resource/restrictions.js';
import type { Relationship } from '../resource/resource.js';

/** How many rows are looked for; one that the client sees is enough. */
const MOST_ROWS = 10;

/**
 * The ids of rows of a resource that lead to a row.
 *
 * @param id of the row that the relationship is to lead to
 */
export async function leadingRows(
  from: ServedResource,
  { name, toMany }: Relationship,
  id: string,
  rules: QueryRules,
): Promise<readonly string[]> {
  const leading = { name, op: toMany ? 'any' : 'has', val: { name: 'id', op: 'eq', val: id } };
  return (await allRows(from, leading, rules)) ?? [];
}

/** Whether a row has an id; undefined where the store cannot say. */
export async function rowExists(served: ServedResource, id: string, rules: QueryRules): Promise<boolean | undefined> {
  const rows = await allRows(served, { name: 'id', op: 'eq', val: id }, rules);
  return rows && rows.length > 0;
}

/** Undefined where the store cannot say. */
async function allRows(
  { resource, repository }: ServedResource,
  restriction: Restriction,
  rules: QueryRules,
): Promise<readonly string[] | undefined> {
  const request = ownRequest(
    { operation: 'GET_COLLECTION', resource, viewer: ANYBODY },
    { include: [], fields: [], limit: MOST_ROWS },
  );
  const asked = { ...request, restrictions: [restriction] };
  try {
    const { records } = await repository.find(parseQuery(asked, { ...rules, policy: new Unlimited(ANYBODY) }));
    return records.map((record) => record.id);
  } catch {
    return undefined;
  }
}

/** All rows exist. */
class Unlimited extends Policy {
  override isReadable(): boolean {
    return true;
  }

  override scope(): readonly Restriction[] {
    return [];
  }
}
