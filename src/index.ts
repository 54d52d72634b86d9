/**
 * The only door: everything that is public, by name and in groups.
 */

// The module, and what applications inject.
export { RestlessModule } from './nest/restless.module.js';
export { RestlessRegistry, type ExposedAs, type ExposedResource, type UrlTarget } from './nest/restless.registry.js';
export { RestlessController, type RestlessHandlers } from './nest/own-controllers.js';
export { RestlessService } from './nest/restless.service.js';
export type {
  CountOptions,
  CursorOptions,
  EntityFilter,
  EntityFilters,
  Evaluated,
  EvaluateOptions,
  FindOptions,
  PageOptions,
  Row,
  RowId,
  RowPage,
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
  RepositoryOption,
  ResourceEntry,
  ResourceOptions,
  RestlessModuleAsyncOptions,
  RestlessModuleOptions,
} from './nest/options.js';
export type { KeyTransform } from './resource/keys.js';
export type { CountMode, CountName } from './resource/counting.js';
export type { RelationshipOptions } from './resource/relationship-options.js';
export type { Limits, Method, NullsOrder } from './resource/options.js';
export type { Pagination } from './resource/pagination.js';
export type { WireFormatName } from './wire/format-name.js';

// Fields that stand for others.
export { Pluck, Through } from './resource/derived.js';

// Serializers.
export {
  DefaultSerializer,
  type ResourceSerializer,
  type SerializeContext,
  type SerializedResource,
  type Serializer,
  type SerializerFunction,
} from './wire/serializer.js';
export {
  DefaultDeserializer,
  type DeserializeContext,
  type DeserializedResource,
  type Deserializer,
  type DeserializerFunction,
  type RelatedResource,
  type ResourceDeserializer,
  type ResourceReference,
} from './wire/deserializer.js';
export type { OperationName } from './resource/served.js';

// Policy: fields, filters, sorts and rows.
export type {
  CustomSortRule,
  FieldRule,
  FieldRules,
  FilterContext,
  FilterRule,
  SortRules,
} from './resource/field-rules.js';
export type { PermissionAction, RowAction } from './resource/permissions.js';
export type { FilterObject, ScopeContext, SqlCondition, SqlContext, SqlExpression } from './resource/restrictions.js';
export type {
  CustomFilterRule,
  FilterFunction,
  FilterRules,
  PermissionChecker,
  QueryCondition,
  Restriction,
  Restrictions,
  Scope,
} from './sql/restrictions.js';

// Stores beside TypeORM.
export { MemoryRepository } from './memory/repository.js';
export type { EntityDescription, FieldDescription, RelationDescription } from './memory/describe.js';
export type { CompleteRepository, RepositorySession, ResourceRepository } from './query/repository.js';
export type { Applied, Change } from './query/change.js';
export type { Evaluation, EvaluationResult } from './query/evaluation.js';
export { printQuery, type Query } from './query/query.js';
export type { Result } from './query/result.js';
export type { EntityModel } from './resource/entity-model.js';
export type { Outcome } from './nest/resource-operations.js';

// Operators.
export type { OperatorContext, SqlOperator } from './sql/where.js';

// Errors.
export {
  BadRequestError,
  ConflictError,
  DeserializationException,
  ERROR_CODES,
  ForbiddenError,
  NotFoundError,
  RestlessConfigError,
  RestlessError,
  RestlessErrors,
  SerializationException,
  type ErrorCode,
  type ErrorDetails,
  type ErrorSource,
} from './errors.js';
