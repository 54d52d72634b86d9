/** Where we answer otherwise than the recorded classic system: on purpose, or because an issue is still open. */
import type { Departure, Later } from '../suite.js';

export const LATER: Later[] = [
  {
    issue: 'Processors and serializers',
    when: (_, profile) => /"(pre|post)processors"/.test(JSON.stringify(profile)),
  },
  { issue: 'association proxies (MAP-06)', when: (_, { flags }) => flags.includes('proxy') },
];

export const DEPARTURES: Departure[] = [];
