/** The suites. Another recorded system gets its own entry here, with its own comparison and departures. */
import { readProfiles } from './cases.js';
import { CLASSIC } from './classic/suite.js';
import { differences, idsOf, violations } from './compare.js';
import { DEPARTURES, LATER } from './departures.js';
import { FLASK_JSON_API } from './flask-jsonapi/suite.js';
import { profileModule } from './profiles.js';
import type { Suite } from './suite.js';

const JSON_API: Suite = {
  name: 'jsonapi',
  files: { cases: 'jsonapi.jsonl', profiles: 'profiles-jsonapi.json' },
  profiles: readProfiles,
  module: profileModule,
  differences,
  violations,
  idsOf,
  departures: DEPARTURES,
  later: LATER,
};

export const SUITES: Suite[] = [JSON_API, FLASK_JSON_API, CLASSIC];
