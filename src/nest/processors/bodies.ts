/**
 * Bodies as processors edit them: fields by name, whatever format they came in, and back with the places of what the
 * client sent.
 */
import type {
  ChangeRequest,
  RawLinkage,
  RawMember,
  RawReference,
  RawResource,
  RawRow,
} from '../../query/api-request.js';
import type { Resource } from '../../resource/resource.js';

type Fields = Readonly<Record<string, unknown>>;
type Mention = RawReference | RawRow;

/** A body in the course of being edited. */
export interface BodyEditing {
  readonly editable: { readonly data: unknown; readonly meta: Fields };
  readonly finish: (data: unknown) => Pick<ChangeRequest, 'resource' | 'linkage'>;
}

/** Opens a body for editing; undefined where there is none. */
export function editBody(change: ChangeRequest): BodyEditing | undefined {
  const { request, operation, resource, linkage } = change;
  const meta = { ...change.meta };
  const body = new Body();
  if (linkage !== undefined) {
    const finish = (data: unknown): RawLinkage => body.closeMembers(data, linkage, request.resource);
    return {
      editable: { data: body.openMembers(linkage), meta },
      finish: (data) => ({ resource, linkage: finish(data) }),
    };
  }
  if (resource === undefined) return undefined;
  const isNew = operation === 'POST_RESOURCE';
  return {
    editable: { data: body.open(resource, isNew), meta },
    finish: (data) => ({
      linkage,
      resource: body.close(expectObject(data, 'data'), resource, isNew, request.resource),
    }),
  };
}

/** One body: rows and linkage as plain objects, each of which remembers what it was made of. */
class Body {
  private readonly origins = new Map<unknown, Mention>();

  /** @param withId where the id is a member, not the address's */
  open({ id, attributes, relationships }: RawResource, withId: boolean): Fields {
    const names = new Set(relationships.map(({ name }) => name));
    return Object.fromEntries([
      ...(withId && id !== undefined ? [['id', id.value] as const] : []),
      ...attributes.map(({ name, value }) => [name, value] as const),
      ...[...names].map(
        (name) => [name, this.openLinkage(relationships.filter((each) => each.name === name))] as const,
      ),
    ]);
  }

  close(data: Fields, sent: RawResource, withId: boolean, resource: Resource | undefined): RawResource {
    const attributes: RawMember[] = [];
    const relationships: RawLinkage[] = [];
    let id = withId ? undefined : sent.id;
    for (const [name, value] of Object.entries(data)) {
      if (value === undefined) continue;
      const pointer = sent.place.row;
      const linkage = sent.relationships.filter((each) => each.name === name);
      const member = sent.attributes.find((each) => each.name === name);
      if (linkage.length > 0) relationships.push(...this.closeLinkage(value, linkage, resource));
      else if (member !== undefined) attributes.push({ ...member, value });
      else if (name === 'id' && withId) id = { value: textOf(value)!, pointer: sent.id?.pointer ?? pointer };
      else if (resource?.relationships.has(name) === true) {
        relationships.push(...this.closeLinkage(value, [{ name, references: [], many: false, pointer }], resource));
      } else attributes.push({ name, value, pointer });
    }
    return { ...sent, id, attributes, relationships };
  }

  /** All members, one, none, or what to add and to remove. */
  private openLinkage(sent: readonly RawLinkage[]): unknown {
    const [first] = sent;
    if (first!.action === undefined) return this.openMembers(first!);
    return Object.fromEntries(sent.map((linkage) => [linkage.action, this.openMembers(linkage)]));
  }

  private closeLinkage(value: unknown, sent: readonly RawLinkage[], resource: Resource | undefined): RawLinkage[] {
    const [first] = sent;
    const { name, pointer } = first!;
    if (!isEdit(value)) {
      const whole = first!.action === undefined ? first! : { name, pointer, references: [], many: true };
      return [this.closeMembers(value, whole, resource)];
    }
    return (['add', 'remove'] as const)
      .filter((action) => value[action] !== undefined)
      .map((action) => {
        const own = sent.find((each) => each.action === action) ?? {
          name,
          action,
          references: [],
          many: true,
          pointer,
        };
        return this.closeMembers(value[action], own, resource);
      });
  }

  openMembers({ references, many }: RawLinkage): unknown {
    const members = references.flatMap((each) => (each instanceof Error ? [] : [this.openMention(each)]));
    return many ? members : (members[0] ?? null);
  }

  /** What cannot be read as an identifier stays an error of the client's. */
  closeMembers(value: unknown, sent: RawLinkage, resource: Resource | undefined): RawLinkage {
    const list: readonly unknown[] = Array.isArray(value) ? (value as unknown[]) : value === null ? [] : [value];
    const unreadable = sent.references.filter((each) => each instanceof Error);
    const target = resource?.relationships.get(sent.name)?.target;
    const references = list.map((each) => this.closeMention(each, sent, target));
    const many = Array.isArray(value) || (sent.many && (unreadable.length > 0 || sent.action !== undefined));
    return { ...sent, many, references: [...references, ...unreadable] };
  }

  private openMention(mention: Mention): Fields {
    const opened =
      'row' in mention
        ? { ...this.open(mention.row, true), ...(mention.deletes && { __delete__: true }) }
        : { ...(mention.type === undefined ? {} : { type: mention.type }), id: mention.id };
    this.origins.set(opened, mention);
    return opened;
  }

  private closeMention(value: unknown, { name, pointer }: RawLinkage, target: Resource | undefined): Mention {
    const origin = this.origins.get(value);
    const place = origin?.pointer ?? pointer;
    if (typeof value === 'string' || typeof value === 'number') return { type: undefined, id: textOf(value)!, pointer };
    const { __delete__: deletes, ...fields } = expectObject(value, name);
    const isRow =
      origin === undefined ? Object.keys(fields).some((each) => !REFERENCE.includes(each)) : 'row' in origin;
    if (!isRow) return { type: textOf(fields['type']), id: textOf(fields['id']) ?? '', pointer: place };
    const row = origin !== undefined && 'row' in origin ? origin.row : emptyRow(place);
    return { row: this.close(fields, row, true, target), deletes: deletes === true, pointer: place };
  }
}

/** The members of an object that names a row, and says nothing of what it holds. */
const REFERENCE = ['type', 'id'];

function emptyRow(pointer: string): RawResource {
  const place = { row: pointer, attributes: pointer, relationships: pointer };
  return { id: undefined, attributes: [], relationships: [], place };
}

/** True for `{ add: […], remove: […] }`. */
function isEdit(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => name === 'add' || name === 'remove');
}

function expectObject(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`A processor has to set "${name}" to an object, or to a list of them.`);
}

/** An id, a name or a number that a processor has set. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`A processor has set an id or a name to what is neither a text nor a number (${typeof value}).`);
}
