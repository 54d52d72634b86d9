/**
 * Plans, made once for every shape of query and bound anew for every request.
 */
import type { Query } from '../query/query.js';
import { Recent } from '../query/recent.js';
import type { Columns } from './columns.js';
import type { Dialect } from './dialect.js';
import { KEYS, template, type Param, type Statement, type Template } from './fragment.js';
import { Planner, type EdgePlan, type Plan } from './plan.js';
import { returningOf, showsOwnRow, type Returning } from './returning.js';
import type { Schema } from './schema.js';
import { Identities, shapeOf } from './shape.js';
import type { SqlOperator } from './where.js';

/** How many plans are kept. */
const MOST_PLANS = 500;

/** A plan, and where its values stand among those of a request of its shape. */
interface Known {
  readonly plan: Plan;
  readonly slots: ReadonlyMap<Param, number>;
}

interface KnownReturning {
  readonly returning: Returning | undefined;
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
  private readonly known = new Recent<Known>(MOST_PLANS);
  private readonly returnings = new Recent<KnownReturning>(MOST_PLANS);
  /** The same by what is shown, which queries that are asked again have in common. */
  private readonly answers = new WeakMap<Query['fieldsets'], KnownReturning>();
  private readonly identities = new Identities();

  constructor(
    private readonly schema: Schema,
    private readonly columns: Columns,
    private readonly dialect: Dialect,
    private readonly operators: ReadonlyMap<string, SqlOperator>,
  ) {}

  /** What a statement that writes a row gives back of it; undefined where an answer shows more than that row. */
  returning(answer: Query): Returning | undefined {
    if (!showsOwnRow(answer)) return undefined;
    let made = this.answers.get(answer.fieldsets);
    if (made === undefined) {
      made = { returning: this.findReturning(answer) };
      this.answers.set(answer.fieldsets, made);
    }
    return made.returning;
  }

  private findReturning(answer: Query): Returning | undefined {
    const { schema, columns, dialect, operators } = this;
    const shape = shapeOf(answer, columns, dialect, this.identities);
    if (shape.hasOwnSql) return undefined;
    const known = this.returnings.get(shape.key);
    if (known !== undefined) return known.returning;
    const returning = returningOf(new Planner(schema, columns, dialect, operators, answer, shape), answer);
    this.returnings.set(shape.key, { returning });
    return returning;
  }

  /** The plan of a query: a new one, or that of an earlier query of the same shape. */
  plan(query: Query): BoundPlan {
    const { schema, columns, dialect, operators } = this;
    const shape = shapeOf(query, columns, dialect, this.identities);
    const known = shape.hasOwnSql ? undefined : this.known.get(shape.key);
    if (known !== undefined) return new BoundPlan(known.plan, known.slots, shape.params);
    const plan = new Planner(schema, columns, dialect, operators, query, shape).plan();
    const slots = new Map(shape.params.map((each, index) => [each, index]));
    if (!shape.hasOwnSql && isReusable(plan, slots, dialect)) this.known.set(shape.key, { plan, slots });
    return new BoundPlan(plan, undefined, shape.params);
  }
}

/** A value that the shape does not know would be that of the first request for ever. */
function isReusable(plan: Plan, slots: ReadonlyMap<Param, number>, dialect: Dialect): boolean {
  const isKnown = ({ params }: Template): boolean => params.every((each) => each.constant === true || slots.has(each));
  const isKnownEdge = ({ statement, few, totals, far, edges }: EdgePlan): boolean => {
    const around = [statement, totals?.statement].filter((each) => each !== undefined);
    // What stands around each key shows with one.
    const each = few && template(few, dialect.placeholder, [far.map(() => null)]);
    const known = around.every((one) => isKnown(template(one, dialect.placeholder)));
    return known && (each === undefined || isKnown(each)) && edges.every(isKnownEdge);
  };
  const own = [plan.page, plan.rest, plan.count, plan.estimate, plan.parent].filter((each) => each !== undefined);
  return own.every(isKnown) && plan.edges.every(isKnownEdge);
}
