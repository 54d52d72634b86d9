/**
 * Rows of join entities, which relationships through them make.
 */
import type { LinkChange, NewRow } from '../query/change.js';
import type { WriteContext } from './rows-to-write.js';

/** A row that leads from an owner to a member: what nobody has said is left to its defaults. */
export function rowBetween({ checks }: WriteContext, { between, pointer, relationship }: LinkChange): NewRow {
  const { first, second } = relationship.through!;
  return {
    kind: 'create',
    resource: first.target,
    scope: between,
    fieldName: () => undefined,
    place: { row: pointer, attributes: pointer, relationships: pointer },
    checks,
    id: undefined,
    values: [],
    links: [{ relationship: second, action: 'set', targets: [], pointer, visible: undefined }],
    named: [],
  };
}
