/**
 * What classic Flask-Restless hands to a JSONP callback: the document, and the headers that a script cannot see.
 */
import type { WireAnswer } from '../wire-format.js';

/** `{"meta": {"status": 200, "Link": [{"url": …, "rel": "next"}], …}, "data": …}` @see JSP-03, JSP-04 */
export function jsonpPayload(document: WireAnswer['document'], status: number, headers: WireAnswer['headers']): object {
  const { Link: link, ...rest } = headers;
  const meta = {
    ...rest,
    'Content-Type': 'application/javascript',
    ...(link === undefined ? {} : { Link: parseLinks(link) }),
    status,
  };
  return { meta, data: document };
}

function parseLinks(header: string): readonly object[] {
  return [...header.matchAll(/<([^>]*)>; rel="([^"]*)"/g)].map(([, url, rel]) => ({ url, rel }));
}
