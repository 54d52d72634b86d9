/**
 * What the endpoints of one resource do with what was checked: reads, changes in one transaction, functions.
 */
import type { EntityManager } from 'typeorm';
import type { Applied, Change } from '../query/change.js';
import { answerOf, type Evaluation, type EvaluationResult } from '../query/evaluation.js';
import { and } from '../query/filter.js';
import { idFilter } from '../query/identity.js';
import type { Query } from '../query/query.js';
import type { RepositorySession } from '../query/repository.js';
import type { Result } from '../query/result.js';
import type { Returning } from '../resource/options.js';
import type { Access } from '../resource/permissions.js';
import type { Viewer } from '../resource/policy.js';
import type { QueryRules } from '../query/rules.js';
import type { Resource } from '../resource/resource.js';
import { ForbiddenError, NotFoundError, RestlessError } from '../errors.js';
import { noSuchResource, quote } from '../query/faults.js';
import type { Registration, Catalogue, ServedResource } from './catalogue.js';
import type { Processors } from './processors/processors.js';

/** Works for the generated handlers, and for the resource's service. */
export class ResourceOperations {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly registration: Registration,
  ) {}

  /** The resource that is served. */
  get resource(): Resource {
    return this.served.resource;
  }

  /** What runs at its endpoints. */
  get processors(): Processors {
    return this.registration.processors;
  }

  /**
   * Finds what a checked query asks for.
   *
   * @param manager reads in the caller's transaction
   * @throws NotFoundError for a resource or a parent that is not there, or `filter[single]` without exactly one.
   */
  async find(query: Query, manager?: EntityManager): Promise<Result> {
    const { repository } = this.served;
    const found = async (session: Pick<RepositorySession, 'find' | 'instances'>): Promise<Result> => {
      const result = await session.find(query);
      await expectReadable(result, session);
      return result;
    };
    const result = await (manager === undefined ? found(repository) : repository.transaction(found, manager));
    const [first] = result.records;
    if (query.cardinality === 'single') expectSingle(result);
    if (query.cursor !== undefined) expectPositions(result);
    if (query.cardinality === 'one' && query.id !== undefined && first === undefined)
      throw nothingFound(query, query.id);
    return result;
  }

  /** Works out functions over the rows that pass the filter and the scope. */
  async evaluate(evaluation: Evaluation, manager?: EntityManager): Promise<EvaluationResult> {
    const { repository } = this.served;
    const found =
      manager === undefined
        ? repository.evaluate(evaluation)
        : repository.transaction((session) => session.evaluate(evaluation), manager);
    return answerOf(await found);
  }

  /**
   * Does what a checked change says, in one transaction, and reads what the answer shows inside it.
   *
   * @param manager joins the caller's transaction; the caller commits
   * @param returning when a row that was changed is read again, whatever the resource's option says
   * @throws NotFoundError, ConflictError, BadRequestError; nothing is written then
   */
  async apply(
    change: Change & Concluding,
    manager?: EntityManager,
    returning = change.resource.options.returning,
  ): Promise<Outcome> {
    const only = change.conclude === undefined && !isReadAgain(change, returning) ? change : undefined;
    return this.served.repository.transaction(
      async (session) => {
        const applied = await session.apply(change);
        const outcome = { change, applied, result: await answerTo(change, applied, session, returning) };
        await change.conclude?.(outcome, session);
        return outcome;
      },
      manager,
      only,
    );
  }

  /** What the checks of the application's own requests need. */
  rulesFor(viewer: Viewer): QueryRules {
    // Nothing is serialized for the application's own code.
    return { ...this.catalogue.rulesFor(viewer), wantsEntity: undefined };
  }

  /** What policies of the application's own requests ask its permissions. */
  accessFor(viewer: Viewer): Access {
    return this.catalogue.permissions.accessFor(() => this.rulesFor(viewer));
  }

  /** For whom the application's own code works. */
  viewerOf(request: unknown): Viewer {
    return this.catalogue.viewerOf(request);
  }

  private get served(): ServedResource {
    return this.catalogue.serving(this.registration);
  }
}

/** Travels with a change: what is to happen inside its transaction, once it is made and before it is committed. */
export interface Concluding {
  /** Runs in every attempt, where the transaction is repeated; a throw undoes the change. */
  readonly conclude?: (outcome: Outcome, session: RepositorySession) => Promise<void>;
}

/** What came of a change. */
export interface Outcome {
  /** What was asked for. */
  readonly change: Change;
  /** What the store did. */
  readonly applied: Applied;
  /** What the answer shows; undefined where it has no content. */
  readonly result: Result | undefined;
}

/** True where the answer shows a row that was there before, whatever has changed in it. */
function isReadAgain(change: Change, returning: Returning): boolean {
  return change.kind === 'update' && (returning === 'always' || (returning === 'auto' && change.shown));
}

/** Reads the resource or the linkage for the answer, where it has one. @see UPD-09, UPD-10 */
async function answerTo(
  change: Change,
  applied: Applied,
  session: RepositorySession,
  returning: Returning,
): Promise<Result | undefined> {
  switch (change.kind) {
    case 'create':
      return shown(applied.answer ?? (await session.find(withId(change.answer, applied.id!))), session);
    case 'update': {
      const wanted = returning === 'always' || (returning === 'auto' && (applied.changedMore || change.shown));
      return wanted ? shown(await session.find(withId(change.answer, applied.id!)), session) : undefined;
    }
    case 'edit-relationship':
      return returning === 'always' && change.answer !== undefined
        ? shown(await session.find(change.answer), session)
        : undefined;
    default:
      return undefined;
  }
}

/**
 * Rows that are named by their id are asked about once they are found: the one that is read, or whose relationship is.
 *
 * @throws ForbiddenError
 */
async function expectReadable(
  { query, records }: Result,
  session: Pick<RepositorySession, 'instances'>,
): Promise<void> {
  const { checks, id, parent, resource } = query;
  const named =
    parent ?? (id === undefined || records.length === 0 ? undefined : { resource, filter: idFilter(resource, id) });
  if (named === undefined || !checks.checksRows(named.resource)) return;
  const rows = await session.instances!(named.resource, named.filter);
  await checks.expectRows(
    named.resource,
    'read',
    rows.map(({ row }) => row),
  );
}

/** What a change answers: nothing of a row that may be written and not read. */
async function shown(result: Result, session: RepositorySession): Promise<Result> {
  const { checks, resource } = result.query;
  try {
    if (await checks.mayShow(resource)) {
      await expectReadable(result, session);
      return result;
    }
  } catch (error) {
    if (!(error instanceof ForbiddenError)) throw error;
  }
  return { ...result, records: [], included: [] };
}

function withId(query: Query, id: string): Query {
  return Object.freeze({ ...query, id, filter: and([idFilter(query.resource, id), query.filter]) });
}

/** A related resource may exist and not be related: the two are told alike. */
function nothingFound({ resource, parent }: Query, id: string): NotFoundError {
  if (parent === undefined) return noSuchResource(resource, id);
  const { relationship } = parent;
  return new NotFoundError(
    `${quote(relationship.name)} of ${parent.resource.name} ${quote(parent.id)} leads to no ${resource.name} with the id ${quote(id)}.`,
  );
}

/** A store of the application's own may know nothing of cursors. */
function expectPositions({ query, records }: Result): void {
  if (records.every(({ position }) => position !== undefined)) return;
  throw new RestlessError('NOT_IMPLEMENTED', `Pages of ${query.resource.name} by cursor are not implemented.`);
}

function expectSingle({ records }: Result): void {
  if (records.length === 0) throw new NotFoundError('No result found.', { code: 'NO_RESULT' });
  if (records.length > 1) throw new NotFoundError('Multiple results found.', { code: 'MULTIPLE_RESULTS' });
}
