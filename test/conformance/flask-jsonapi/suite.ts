/** The recorded cases of flask-jsonapi, which spoke JSON:API over schemas, declared filters and repositories. */
import { idsOf } from '../compare.js';
import type { Suite } from '../suite.js';
import { differences, violations } from './compare.js';
import { configuredModule, readConfiguration } from './configuration.js';
import { DEPARTURES, LATER } from './departures.js';

export const FLASK_JSON_API: Suite = {
  name: 'flask-jsonapi',
  files: { cases: 'flask-jsonapi.jsonl', profiles: 'config-flaskjsonapi.json' },
  profiles: readConfiguration,
  endsWithSlash: true,
  module: configuredModule,
  differences,
  violations,
  idsOf,
  departures: DEPARTURES,
  later: LATER,
};
