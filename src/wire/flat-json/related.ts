/**
 * The rows of a result by their keys, for those that are embedded in others.
 */
import type { Identifier, Linkage, ResourceRecord, Result } from '../../query/result.js';
import type { Resource } from '../../resource/resource.js';

/** What a relationship leads to; undefined where it was not loaded. */
export type Found = ResourceRecord | null | readonly ResourceRecord[] | undefined;

/** All records of a result. */
export class Records {
  private readonly byResource = new Map<Resource, Map<string, ResourceRecord>>();

  constructor({ records, included }: Pick<Result, 'records' | 'included'>) {
    for (const list of [records, included]) {
      for (const record of list) this.of(record.resource).set(record.id, record);
    }
  }

  /** The rows that linkage names. */
  behind(linkage: Linkage | undefined): Found {
    if (linkage === undefined || linkage === null) return linkage;
    if (!Array.isArray(linkage)) return this.find(linkage as Identifier);
    const records = (linkage as readonly Identifier[]).map((each) => this.find(each));
    return records.every((record) => record !== undefined) ? records : undefined;
  }

  private find({ resource, id }: Identifier): ResourceRecord | undefined {
    return this.byResource.get(resource)?.get(id);
  }

  private of(resource: Resource): Map<string, ResourceRecord> {
    let records = this.byResource.get(resource);
    if (records === undefined) {
      records = new Map();
      this.byResource.set(resource, records);
    }
    return records;
  }
}
