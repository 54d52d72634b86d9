/**
 * Result → the rows that a service gives: plain objects by property name, related rows inside them.
 */
import type { Edge } from '../query/query.js';
import type { Identifier, ResourceRecord, Result } from '../query/result.js';
import { splitId, type Attribute, type Resource } from '../resource/resource.js';

type PlainRow = Record<string, unknown>;

/** The rows of a result. */
export function rowsOf(result: Result): readonly PlainRow[] {
  const rows = new Rows(result);
  return result.records.map((record) => rows.row(record, result.query.edges));
}

class Rows {
  private readonly records = new Map<Resource, Map<string, ResourceRecord>>();

  constructor(private readonly result: Result) {
    for (const record of [...result.records, ...result.included]) {
      const ofResource = this.records.get(record.resource) ?? new Map<string, ResourceRecord>();
      ofResource.set(record.id, record);
      this.records.set(record.resource, ofResource);
    }
  }

  /** One row, with the rows behind these relationships: the paths that were asked for have an end where relations have none. */
  row(record: ResourceRecord, edges: readonly Edge[]): PlainRow {
    const row: PlainRow = {};
    for (const [property, value] of keyOf(record)) define(row, property, value);
    for (const [index, attribute] of this.result.query.fieldsets.get(record.resource)!.attributes.entries()) {
      define(row, attribute.property, byProperty(attribute, record.values[index]));
    }
    for (const edge of edges) {
      if (edge.load !== 'resources' || !edge.owners.has(record.resource)) continue;
      const linkage = record.linkage.get(edge.relationship.name);
      if (linkage === undefined) continue;
      const related = linkage === null ? null : this.related(linkage, edge.edges);
      define(row, edge.relationship.property, related);
    }
    return row;
  }

  private related(linkage: Identifier | readonly Identifier[], edges: readonly Edge[]): unknown {
    // A store need not have what it names: somebody may have deleted it meanwhile.
    const find = ({ resource, id }: Identifier): PlainRow[] => {
      const record = this.records.get(resource)?.get(id);
      return record === undefined ? [] : [this.row(record, edges)];
    };
    return Array.isArray(linkage)
      ? (linkage as readonly Identifier[]).flatMap(find)
      : (find(linkage as Identifier)[0] ?? null);
  }
}

/** The columns of the id, each as its type is. */
function keyOf({ resource, id }: Identifier): readonly (readonly [string, unknown])[] {
  const parts = splitId(id, resource.id.length, resource.options.idSeparator)!;
  return resource.id.map(({ property, type }, index) => {
    const part = parts[index]!;
    return [property, type === 'integer' || type === 'float' ? Number(part) : part];
  });
}

/** The members of an embedded object have their properties' names as well. */
function byProperty(attribute: Attribute, value: unknown): unknown {
  if (attribute.kind !== 'embedded' || typeof value !== 'object' || value === null) return value;
  const members = value as PlainRow;
  const row: PlainRow = {};
  for (const field of attribute.fields) {
    if (Object.hasOwn(members, field.name))
      define(row, field.property.split('.').at(-1)!, byProperty(field, members[field.name]));
  }
  return row;
}

/** Also for a name such as `__proto__`, a member of the object itself. */
function define(row: PlainRow, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
}
