/** Where we answer otherwise than the recorded JSON:API system: on purpose, or because an issue is still open. */
import type { Case, Profile } from './cases.js';
import type { Departure, Later } from './suite.js';

const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE'];

export const LATER: Later[] = [
  { issue: 'Write', when: ({ steps }) => steps.some(({ method }) => WRITES.includes(method)) },
  { issue: 'Functions and JSONP', when: (example) => /\/eval\//.test(pathOf(example)) || asks(example, /^callback$/) },
  { issue: 'Processors', when: (_, profile) => mentions(profile, /"(pre|post)processors"/) },
  { issue: 'Processors', when: (_, profile) => mentions(profile, /"(de)?serializer_class"/) },
];

export const DEPARTURES: Departure[] = [
  {
    reason:
      'a foreign-key column is no field unless it is exposed itself (DESIGN 18), and what is no field cannot be asked for (DESIGN §5)',
    when: (example) => parameters(example).some(([, value]) => FOREIGN_KEY.test(value)),
    status: 400,
  },
  {
    reason: 'unknown query parameters are a 400 (DESIGN 17)',
    when: (example) => parameters(example).some(([name]) => !KNOWN_PARAMETER.test(name)),
    status: 400,
  },
];

const FOREIGN_KEY = /\b(owner|author|article|parent)_id\b/;

const KNOWN_PARAMETER =
  /^(filter\[.+\]|fields\[.+\]|page\[(number|size)\]|sort|include|group|groupBy|ignorecase|ignoreCase|functions|callback)$/;

function asks(example: Case, name: RegExp): boolean {
  return parameters(example).some(([parameter]) => name.test(parameter));
}

function parameters(example: Case): [name: string, value: string][] {
  return [...new URL(pathOf(example), 'http://localhost').searchParams];
}

function pathOf({ steps }: Case): string {
  return steps.at(-1)?.path ?? '';
}

function mentions(profile: Profile, what: RegExp): boolean {
  return what.test(JSON.stringify(profile));
}
