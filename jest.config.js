// Runs the tests as ES modules, compiled by swc with the decorator metadata that Nest and TypeORM read.

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^nestjs-restless$': '<rootDir>/src/index.ts',
    '^nestjs-restless/openapi$': '<rootDir>/src/nest/openapi/restless-document.ts',
    '^nestjs-restless/testing$': '<rootDir>/src/testing/expect-no-leaks.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  maxWorkers: 2,
  // Modules of finished files stay in a worker's memory: past this it is replaced, for collecting gigabytes takes longer than starting.
  workerIdleMemoryLimit: '1GB',
  // Making the tables of a space takes MariaDB seconds where every core is busy.
  testTimeout: 60_000,
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['src/**/*.ts'],
};
