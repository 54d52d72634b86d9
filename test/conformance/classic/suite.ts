/** The recorded cases of the classic system, which spoke flat JSON. */
import { readProfiles } from '../cases.js';
import type { Suite } from '../suite.js';
import { differences, idsOf, violations } from './compare.js';
import { DEPARTURES, LATER } from './departures.js';
import { profileModule } from './profiles.js';

export const CLASSIC: Suite = {
  name: 'classic',
  files: { cases: 'classic.jsonl', profiles: 'profiles-classic.json' },
  profiles: readProfiles,
  module: profileModule,
  differences,
  violations,
  idsOf,
  departures: DEPARTURES,
  later: LATER,
};
