/**
 * The option `relationships`: how much of a to-many relationship answers show for each row.
 */
/**
 * What an answer shows of a to-many relationship for each row that has it.
 *
 * @example
 * @Resource({ relationships: { computers: { limit: 5, maxLimit: 50, sort: '-price', total: true } } })
 */
export interface RelationshipOptions {
  /** Related rows for each row that an answer includes or links. Default: `maxLimit`; without it, all. */
  readonly limit?: number;
  /** The most that a client may ask for. Default: `limit`; without it, there is no bound. */
  readonly maxLimit?: number;
  /** The order of the related rows, unless a client sorts them: properties of theirs, with `-` in front for descending. Default: their key. */
  readonly sort?: string | readonly string[];
  /** Where not all are shown, they are counted, by one statement more. Default false. */
  readonly total?: boolean;
}

const isAboveZero = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const MEMBERS: Readonly<Record<keyof RelationshipOptions, (value: unknown) => boolean>> = {
  limit: isAboveZero,
  maxLimit: isAboveZero,
  sort: (value) => [value].flat().every(isName),
  total: (value) => typeof value === 'boolean',
};

/** True for what the option may be. */
export function isRelationshipOptions(value: unknown): boolean {
  const isObject = (each: unknown): each is object => typeof each === 'object' && each !== null && !Array.isArray(each);
  const isRight = ([name, member]: [string, unknown]): boolean =>
    Object.hasOwn(MEMBERS, name) && (member === undefined || MEMBERS[name as keyof RelationshipOptions](member));
  return isObject(value) && Object.values(value).every((each) => isObject(each) && Object.entries(each).every(isRight));
}

/** What it has to be. */
export const RELATIONSHIP_OPTIONS =
  'an object such as { computers: { limit: 5, maxLimit: 50, sort: "-price", total: true } }';
