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
  FieldName,
  FieldPath,
  FindOptions,
  PageOptions,
  Related,
  RelatedRows,
  RelationName,
  Row,
  RowId,
  RowPage,
  ServiceOptions,
  ShowOptions,
  SortPath,
  Values,
} from './nest/service-types.js';
export type { DataSourceName } from './nest/restless.providers.js';
export { getRestlessServiceToken, type RestlessEntity } from './nest/restless.tokens.js';

// Decorators.
export { InjectRestless, Resource } from './nest/restless.decorators.js';
export { AfterCommit, Postprocessor, Preprocessor, type ProcessorDecorator } from './nest/processors/decorators.js';

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
export type { PostFormPreprocessor } from './nest/post-form-preprocessor.js';
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
export type { FunctionName, Limits, Method, NullsOrder, Returning } from './resource/options.js';
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
export type {
  FilterObject,
  NativeCondition,
  ScopeContext,
  SqlCondition,
  SqlContext,
  SqlExpression,
} from './resource/restrictions.js';
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
export type {
  CompleteRepository,
  FindInstances,
  FoundRow,
  RepositorySession,
  ResourceRepository,
} from './query/repository.js';
export type { Outcome } from './nest/resource-operations.js';

// What a store is asked: queries, changes and functions, and what they are made of.
export { printQuery, type Query } from './query/query.js';
export type {
  Edge,
  EdgeLimit,
  FieldPath as AttributePath,
  Fieldset,
  FieldsetRelationship,
  Page,
  Parent,
  PathStep,
  SortKey,
} from './query/query.js';
export type { RawPlace, ReadOperation, RowWindow, WriteOperation } from './query/api-request.js';
export type { CursorPage, CursorSeal, CursorValue, Position } from './query/cursor.js';
export type {
  And as AndFilter,
  Compare as CompareFilter,
  CompareFields as CompareFieldsFilter,
  Filter,
  Has as HasFilter,
  Native as NativeFilter,
  Not as NotFilter,
  OneOf as OneOfFilter,
  OfResource as OfResourceFilter,
  Or as OrFilter,
} from './query/filter.js';
export type { Operand, Operator } from './query/operators.js';
export type { DatabaseClock, Value } from './query/values.js';
export type {
  Applied,
  Change,
  ChangedRow,
  Contents,
  Create as CreateChange,
  EditRelationship as EditRelationshipChange,
  FieldName as NamedField,
  FieldValue,
  HeldValue,
  LinkChange,
  LinkTarget,
  NewRow,
  OwnId,
  Remove as RemoveChange,
  RemoveMany as RemoveManyChange,
  Update as UpdateChange,
  UpdateMany as UpdateManyChange,
} from './query/change.js';
export type { WrittenValue } from './query/written-values.js';
export type { Evaluation, EvaluationResult, FunctionCall, GroupField, RawFunction } from './query/evaluation.js';
export type { RowChecks } from './resource/permissions.js';

// What a store answers.
export type { Identifier, Linkage, Portion, Result, ResourceRecord } from './query/result.js';

// What is exposed: the entity as its store knows it, and the resource that is made of it.
export type { ColumnModel, EntityModel, RelationModel, ValueType } from './resource/entity-model.js';
export type { EntityClass, ExposeViewer, Transform } from './resource/expose.js';
export type {
  Attribute,
  ColumnAttribute,
  ComputedAttribute,
  EmbeddedAttribute,
  PluckedAttribute,
  Relationship,
  Resource as ResourceModel,
} from './resource/resource.js';
export type { ResolvedResourceOptions } from './resource/options.js';
export type { Rule as ResolvedRule, Rules as ResolvedRules } from './resource/field-rules.js';

// Operators.
export type { DialectName } from './sql/dialect.js';
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
  type CodeOf,
  type ErrorCode,
  type ErrorDetails,
  type ErrorSource,
} from './errors.js';
