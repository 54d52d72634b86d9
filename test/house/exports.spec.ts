/** The only door of the library: what it exports is what is meant to be exported. Types leave no trace here. */
import * as library from 'nestjs-restless';
import * as openapi from 'nestjs-restless/openapi';
import * as testing from 'nestjs-restless/testing';
import { projectFiles } from '../support/project-files.js';

it('exports exactly these names [SET-21]', () => {
  expect(Object.keys(library).sort()).toEqual([
    'AfterCommit',
    'BadRequestError',
    'ConflictError',
    'DefaultDeserializer',
    'DefaultSerializer',
    'DeserializationException',
    'ERROR_CODES',
    'ForbiddenError',
    'InjectRestless',
    'MemoryRepository',
    'NotFoundError',
    'PROCESSOR_KEYS',
    'Pluck',
    'Postprocessor',
    'Preprocessor',
    'ProcessingException',
    'Resource',
    'RestlessConfigError',
    'RestlessController',
    'RestlessError',
    'RestlessErrors',
    'RestlessModule',
    'RestlessRegistry',
    'RestlessService',
    'SerializationException',
    'Through',
    'getRestlessServiceToken',
    'printQuery',
  ]);
});

it('has a second door for tests, which exports exactly this', () => {
  expect(Object.keys(testing)).toEqual(['expectNoLeaks']);
});

it('has a third door for OpenAPI, which alone needs Swagger', () => {
  const needy = projectFiles('src', '.ts').filter(({ text }) => text.includes("'@nestjs/swagger'"));

  expect(Object.keys(openapi)).toEqual(['restlessDocument']);
  expect(needy.map(({ path }) => path)).toEqual(['src/nest/openapi/restless-document.ts']);
  expect(importersOf('restless-document.js')).toEqual([]);
});

/** The files of `src` that import another, by the end of its path. */
function importersOf(end: string): string[] {
  return projectFiles('src', '.ts')
    .filter(({ text }) => text.includes(`/${end}'`))
    .map(({ path }) => path);
}
