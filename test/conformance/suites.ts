/** The suites. Another recorded system gets its own entry here, with its own comparison and departures. */
import { differences, violations } from './compare.js';
import { DEPARTURES, LATER } from './departures.js';
import { profileModule } from './profiles.js';
import type { Suite } from './suite.js';

export const SUITES: Suite[] = [
  {
    name: 'jsonapi',
    files: { cases: 'jsonapi.jsonl', profiles: 'profiles-jsonapi.json' },
    module: profileModule,
    differences,
    violations,
    departures: DEPARTURES,
    later: LATER,
  },
];
