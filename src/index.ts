/**
 * The only door: everything that is public, by name and in groups.
 */

// The module, and what applications inject.
export { RestlessModule } from './nest/restless.module.js';
export { RestlessRegistry, type UrlTarget } from './nest/restless.registry.js';
export { RestlessService } from './nest/restless.service.js';
export type {
  CountOptions,
  EntityFilter,
  EntityFilters,
  Evaluated,
  EvaluateOptions,
  FindOptions,
  Row,
  RowId,
  ServiceOptions,
  ShowOptions,
  Values,
} from './nest/service-types.js';
export { getRestlessServiceToken, type RestlessEntity } from './nest/restless.tokens.js';

// Decorators.
export { InjectRestless, Resource } from './nest/restless.decorators.js';
export { AfterCommit, Postprocessor, Preprocessor } from './nest/processors/decorators.js';

// Processors.
export type {
  AfterCommitContext,
  AfterCommitFunction,
  ChangeData,
  PostprocessFunction,
  PostprocessorContext,
  PreprocessFunction,
  PreprocessorContext,
  ProcessorContext,
  ProcessorContexts,
  ProcessorOptions,
  RelationshipData,
  ResourceIdentifier,
} from './nest/processors/contexts.js';
export { PROCESSOR_KEYS, type ProcessorKey, type WriteProcessorKey } from './nest/processors/keys.js';
export { ProcessingException, type ProcessingExceptionOptions } from './nest/processing-exception.js';

// Options.
export type {
  Guard,
  OperationName,
  ResourceEntry,
  ResourceOptions,
  RestlessModuleAsyncOptions,
  RestlessModuleOptions,
} from './nest/options.js';
export type { KeyTransform } from './resource/keys.js';
export type { CountMode, FilterObject, Limits, Method, NullsOrder, Scope, ScopeContext } from './resource/options.js';
export type { WireFormatName } from './wire/wire-format.js';

// Operators.
export type { OperatorContext, SqlOperator } from './sql/where.js';

// Errors.
export {
  BadRequestError,
  ConflictError,
  ERROR_CODES,
  ForbiddenError,
  NotFoundError,
  RestlessConfigError,
  RestlessError,
  RestlessErrors,
  type ErrorCode,
  type ErrorDetails,
  type ErrorSource,
} from './errors.js';
