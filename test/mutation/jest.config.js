// How mutants are tried: on SQLite, unless RESTLESS_DATABASES names another, with one HTTP adapter, of which the four rooms know
// nothing, and in one file, because Stryker has Jest load every file of tests for every mutant.
import { fileURLToPath } from 'node:url';
import jest from '../../jest.config.js';

process.env.RESTLESS_DATABASES ??= 'sqlite';
process.env.RESTLESS_ADAPTERS = 'express';
process.env.TZ = 'UTC';

const { extensionsToTreatAsEsm, transform, moduleNameMapper } = jest;

/** @type {import('jest').Config} */
export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  // As a path of its own: Stryker, which loads it, knows no root.
  testEnvironment: fileURLToPath(new URL('environment.js', import.meta.url)),
  testMatch: ['<rootDir>/test/mutation/specs.ts'],
  extensionsToTreatAsEsm,
  transform,
  moduleNameMapper,
  // A mutant that never answers is found out sooner.
  testTimeout: 10_000,
};
