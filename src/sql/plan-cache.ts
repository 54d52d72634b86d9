/**
 * Plans, made once for every shape of query and bound anew for every request.
 */
import type { Query } from '../query/query.js';
import type { Columns } from './columns.js';
import type { Dialect } from './dialect.js';
import { KEYS, template, type Param, type Statement, type Template } from './fragment.js';
import { Planner, type EdgePlan, type Plan } from './plan.js';
import type { Schema } from './schema.js';
import { Identities, shapeOf } from './shape.js';
import type { SqlOperator } from './where.js';

/** Clients choose the shapes: of more than this many, those that nobody has asked for the longest are forgotten. */
const MOST_PLANS = 500;

/** A plan, and where its values stand among those of a request of its shape. */
interface Known {
  readonly plan: Plan;
  readonly slots: ReadonlyMap<Param, number>;
}

/** A plan with the values of one request. */
export class BoundPlan {
  constructor(
    readonly plan: Plan,
    private readonly slots: ReadonlyMap<Param, number> | undefined,
    private readonly params: readonly Param[],
  ) {}

  /**
   * A statement of the plan with the values of the request.
   *
   * @param keys what stands in the place of {@link KEYS}
   */
  bind({ text, params }: Template, keys?: Param): Statement {
    const valueOf = (each: Param): unknown => {
      if (each === KEYS) return keys!.value;
      const slot = this.slots?.get(each);
      return slot === undefined ? each.value : this.params[slot]!.value;
    };
    return { text, parameters: params.map(valueOf) };
  }
}

export class PlanCache {
  private readonly known = new Map<string, Known>();
  private readonly identities = new Identities();

  constructor(
    private readonly schema: Schema,
    private readonly columns: Columns,
    private readonly dialect: Dialect,
    private readonly operators: ReadonlyMap<string, SqlOperator>,
  ) {}

  /** The plan of a query: a new one, or that of an earlier query of the same shape. */
  plan(query: Query): BoundPlan {
    const { schema, columns, dialect, operators } = this;
    const shape = shapeOf(query, columns, dialect, this.identities);
    const known = shape.hasOwnSql ? undefined : this.recall(shape.key);
    if (known !== undefined) return new BoundPlan(known.plan, known.slots, shape.params);
    const plan = new Planner(schema, columns, dialect, operators, query, shape).plan();
    const slots = new Map(shape.params.map((each, index) => [each, index]));
    if (!shape.hasOwnSql && isReusable(plan, slots, dialect)) this.remember(shape.key, { plan, slots });
    return new BoundPlan(plan, undefined, shape.params);
  }

  private recall(key: string): Known | undefined {
    const known = this.known.get(key);
    if (known === undefined) return undefined;
    this.known.delete(key);
    this.known.set(key, known);
    return known;
  }

  private remember(key: string, known: Known): void {
    this.known.set(key, known);
    if (this.known.size <= MOST_PLANS) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest!);
  }
}

/** A value that the shape does not know would be that of the first request for ever. */
function isReusable(plan: Plan, slots: ReadonlyMap<Param, number>, dialect: Dialect): boolean {
  const isKnown = ({ params }: Template): boolean => params.every((each) => each.constant === true || slots.has(each));
  const isKnownEdge = ({ statement, edges }: EdgePlan): boolean =>
    isKnown(template(statement, dialect.placeholder)) && edges.every(isKnownEdge);
  const own = [plan.page, plan.count, plan.parent].filter((each) => each !== undefined);
  return own.every(isKnown) && plan.edges.every(isKnownEdge);
}
