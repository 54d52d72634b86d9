/** The only door of the library: what it exports is what is meant to be exported. Types leave no trace here. */
import * as library from 'nestjs-restless';
import * as testing from 'nestjs-restless/testing';

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
