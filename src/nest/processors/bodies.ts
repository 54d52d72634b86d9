/**
 * Bodies as processors edit them: fields by name, whatever format they came in, and back with the places of what the
 * client sent.
 */
import type { ChangeRequest, RawLinkage, RawMember, RawReference, RawResource } from '../../query/api-request.js';
import type { Resource } from '../../resource/resource.js';
import type { ResourceIdentifier } from './contexts.js';

/** Where errors point for what a processor has added. */
const BODY = '/data';

type Fields = Readonly<Record<string, unknown>>;

/** A body in the course of being edited. */
export interface BodyEditing {
  readonly editable: { readonly data: unknown; readonly meta: Fields };
  readonly finish: (data: unknown) => Pick<ChangeRequest, 'resource' | 'linkage'>;
}

/** Opens a body for editing; undefined where there is none. */
export function editBody(change: ChangeRequest): BodyEditing | undefined {
  const { request, operation, resource, linkage } = change;
  const meta = { ...change.meta };
  const identifiers = new Identifiers();
  if (linkage !== undefined) {
    return {
      editable: { data: identifiers.open(linkage), meta },
      finish: (data) => ({ resource, linkage: identifiers.close(data, linkage, request.resource) }),
    };
  }
  if (resource === undefined) return undefined;
  const ownId = operation === 'POST_RESOURCE';
  return {
    editable: { data: open(resource, ownId, identifiers), meta },
    finish: (data) => ({ resource: close(data as Fields, resource, ownId, request.resource, identifiers), linkage }),
  };
}

/** The fields by name, and the client's own id for a new row. */
function open({ id, attributes, relationships }: RawResource, ownId: boolean, identifiers: Identifiers): Fields {
  return Object.fromEntries([
    ...(ownId && id !== undefined ? [['id', id.value] as const] : []),
    ...attributes.map(({ name, value }) => [name, value] as const),
    ...relationships.filter(isPlain).map((linkage) => [linkage.name, identifiers.open(linkage)] as const),
  ]);
}

function close(
  data: Fields,
  sent: RawResource,
  ownId: boolean,
  resource: Resource,
  identifiers: Identifiers,
): RawResource {
  const attributes: RawMember[] = [];
  // Rows inside rows stay as they were sent.
  const relationships = sent.relationships.filter((linkage) => !isPlain(linkage));
  let id = ownId ? undefined : sent.id;
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const linkage = sent.relationships.find((each) => each.name === name && isPlain(each));
    const member = sent.attributes.find((each) => each.name === name);
    if (linkage !== undefined) relationships.push(identifiers.close(value, linkage, resource));
    else if (member !== undefined) attributes.push({ ...member, value });
    else if (name === 'id' && ownId) id = { value: textOf(value)!, pointer: sent.id?.pointer ?? BODY };
    else if (resource.relationships.has(name)) {
      const added = { name, references: [], many: false, pointer: BODY };
      relationships.push(identifiers.close(value, added, resource));
    } else attributes.push({ name, value, pointer: BODY });
  }
  return { ...sent, id, attributes, relationships };
}

/** An id, a name or a number that a processor has set. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`A processor has set an id or a name to what is neither a text nor a number (${typeof value}).`);
}

/** Linkage as plain identifiers, each of which remembers where it stood. */
class Identifiers {
  private readonly places = new Map<unknown, string>();

  open({ references, many }: RawLinkage): ResourceIdentifier | null | ResourceIdentifier[] {
    const identifiers = references.filter(isReference).map(({ type, id, pointer }) => {
      const identifier = { type, id };
      this.places.set(identifier, pointer);
      return identifier;
    });
    return many ? identifiers : (identifiers[0] ?? null);
  }

  /** What cannot be read as an identifier stays an error of the client's. */
  close(value: unknown, sent: RawLinkage, resource: Resource): RawLinkage {
    const many = Array.isArray(value);
    const list: readonly unknown[] = many ? (value as unknown[]) : value === null ? [] : [value];
    const unreadable = sent.references.filter((each) => !isReference(each));
    const target = resource.relationships.get(sent.name)?.target;
    const references = list.map((each) => this.reference(each, sent, target));
    return { ...sent, many: many || (sent.many && unreadable.length > 0), references: [...references, ...unreadable] };
  }

  private reference(value: unknown, { name, pointer }: RawLinkage, target: Resource | undefined): RawReference {
    const { type, id } = (
      typeof value === 'object' && value !== null ? value : { id: value }
    ) as Partial<ResourceIdentifier>;
    if (typeof id !== 'string' && typeof id !== 'number') {
      throw new Error(
        `A processor has to set "${name}" to an identifier such as { id: "1" }, a list of them, or null.`,
      );
    }
    return { type: type ?? target?.name, id: String(id), pointer: this.places.get(value) ?? pointer };
  }
}

type RawMention = RawLinkage['references'][number];

function isReference(each: RawMention): each is RawReference {
  return 'id' in each;
}

/** Linkage that names rows, and says nothing of what they hold. */
function isPlain({ action, references }: RawLinkage): boolean {
  return action === undefined && !references.some((each) => 'row' in each);
}
