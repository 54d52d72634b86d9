/** The suites. Another recorded system gets its own entry here, with its own comparison and departures. */
import * as classic from './classic/compare.js';
import * as classicDepartures from './classic/departures.js';
import * as classicProfiles from './classic/profiles.js';
import { differences, idsOf, violations } from './compare.js';
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
    idsOf,
    departures: DEPARTURES,
    later: LATER,
  },
  {
    name: 'classic',
    files: { cases: 'classic.jsonl', profiles: 'profiles-classic.json' },
    module: classicProfiles.profileModule,
    differences: classic.differences,
    violations: classic.violations,
    idsOf: classic.idsOf,
    departures: classicDepartures.DEPARTURES,
    later: classicDepartures.LATER,
  },
];
