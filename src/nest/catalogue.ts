/**
 * What one application exposes: collects the entries of all `forFeature` calls, builds the resource graph
 * from them once, and answers questions about it. There is one per application, and no state outside it.
 */
import { Inject, Injectable, Optional, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import type { DataSource, EntityManager } from 'typeorm';
import { RestlessConfigError } from '../errors.js';
import { isOperator } from '../query/operators.js';
import type { QueryRules } from '../query/rules.js';
import type { CompleteRepository } from '../query/repository.js';
import { ANYBODY, Policy, type Viewer } from '../resource/policy.js';
import { withoutUndefined } from '../resource/options.js';
import { buildResourceGraph, type ResourceEntry as GraphEntry } from '../resource/resource-graph.js';
import type { Resource } from '../resource/resource.js';
import { wireFormat } from '../wire/formats.js';
import type { ResourceSerializer } from '../wire/serializer.js';
import type { Address, WireFormat, WireOptions } from '../wire/wire-format.js';
import { Addresses } from './addresses.js';
import type { HttpRequest } from './http.js';
import { allowedMethods, PATHS, ROOT_METHODS, type UrlKind } from './operations.js';
import {
  resolveModuleOptions,
  type ResolvedModuleOptions,
  type ResourceEntry,
  type ResourceOptions,
  type RestlessModuleOptions,
} from './options.js';
import { isGuarded } from './guarded.js';
import { KnownQueries } from './known-queries.js';
import { Permissions, type GivenChecker } from './permissions.js';
import { addPostFormPreprocessor } from './post-form-preprocessor.js';
import { notProcessed, providedProcessors } from './processors/decorators.js';
import { Processors } from './processors/processors.js';
import { resourceOptionsOf } from './restless.decorators.js';
import { makeDeserializer, makeSerializer, type OwnSerializers } from './serializers.js';
import { installStands } from './stand-ins.js';
import { controllersOf, evaluationRoute, setRoutes, type ControllerWrapper, type Route } from './routes.js';
import { Stores } from './stores.js';
import { expectScope, warnOfFields } from './warnings.js';
import { entityName, RESTLESS_OPTIONS, type RestlessEntity } from './restless.tokens.js';

/** One entry of `forFeature`, as it is kept. */
export interface Registration {
  readonly entry: GraphEntry;
  readonly entity: RestlessEntity;
  /** Of the entry and of `@Resource`. */
  readonly options: ResourceOptions;
  readonly controllers: Controllers;
  readonly formats: readonly WireFormat[];
  readonly wire: WireOptions;
  /** Made when the application has all its providers. */
  readonly own: OwnSerializers;
  readonly repository: CompleteRepository;
  /** Undefined for what TypeORM does not keep. */
  readonly manager: EntityManager | undefined;
  readonly processors: Processors;
  readonly permissions: GivenChecker | undefined;
}

/** The controllers of one entry: generated, or standing in for those. */
export interface Controllers {
  controller: Type;
  /** The controller of its functions. */
  evaluation: Type;
}

/** A resource with what serves it. */
export interface ServedResource {
  readonly entity: RestlessEntity;
  readonly options: ResourceOptions;
  readonly controllers: Readonly<Controllers>;
  readonly resource: Resource;
  readonly formats: readonly WireFormat[];
  readonly wire: WireOptions;
  readonly own: OwnSerializers;
  readonly repository: CompleteRepository;
  /** Undefined for what TypeORM does not keep. */
  readonly manager: EntityManager | undefined;
  readonly processors: Processors;
}

/** What a controller serves, and where. */
export interface Place extends Route {
  readonly controller: Type;
  readonly served: ServedResource;
  readonly isEvaluation: boolean;
}

/** Which routes of a controller are left out, by the names of their methods. */
type Silence = (place: Place, controller: ControllerWrapper, module: object) => ReadonlySet<string>;

/**
 * All that is exposed, for the rest of this folder; what applications may ask of it is `RestlessRegistry`.
 */
@Injectable()
export class Catalogue implements OnModuleInit {
  readonly options: ResolvedModuleOptions;
  readonly queries = new KnownQueries();
  /** True where the application writes any resource itself. */
  hasSerializers = false;
  private readonly addresses: Addresses;
  private readonly registrations: Registration[] = [];
  private readonly stores: Stores;
  readonly permissions = new Permissions();
  readonly roots = new Set<unknown>();
  private optionsGiven = false;
  private served: readonly ServedResource[] | undefined;
  /** By what leads to them. */
  private readonly servedFrom = new Map<unknown, ServedResource>();
  private readonly fixedRules: Omit<QueryRules, 'policy'>;
  private versions: ReadonlySet<string | undefined> = new Set();

  constructor(
    readonly modules: ModulesContainer,
    private readonly injector: ModuleRef,
    config: ApplicationConfig,
    @Optional() @Inject(RESTLESS_OPTIONS) options?: RestlessModuleOptions,
  ) {
    this.options = resolveModuleOptions(options);
    this.stores = new Stores(this.options);
    this.addresses = new Addresses(config, this.options);
    this.fixedRules = {
      cursors: this.options.cursors,
      limits: this.options.limits,
      operators: new Set(this.options.operators.keys()),
      types: (name) => this.resources().filter((resource) => resource.name === name),
      isGuarded: (resource, method, asked) => {
        const served = this.served?.find((each) => each.resource === resource);
        return served !== undefined && isGuarded(served, method, resource === asked);
      },
      wantsEntity: (resource) => this.serializerOf(resource) !== undefined,
    };
  }

  /** Builds the graph, so that every mistake in options and decorators is told at start. */
  async onModuleInit(): Promise<void> {
    this.all().forEach(warnOfFields);
    for (const [index, { resource }] of this.all().entries())
      this.permissions.add(resource, this.registrations[index]!, this.injector);
    for (const { resource } of this.all()) expectScope(resource, this.rulesFor(ANYBODY));
    for (const provided of providedProcessors(this.modules)) {
      const own = this.registrations.filter(({ entity }) => entity === provided.entity);
      if (own.length === 0) throw notProcessed(provided);
      for (const { processors } of own) processors.add(provided.phase, 'provider', provided.key, provided.processor);
    }
    for (const { own, options } of this.registrations) {
      own.serializer = await makeSerializer(options.serializer, this.injector);
      own.deserializer = await makeDeserializer(options.deserializer, this.injector);
      this.hasSerializers ||= own.serializer !== undefined;
    }
  }

  /** Says where every resource is served; Nest asks for that before it initializes modules. */
  configureRoutes(routePath: (path: string) => string, silence: Silence): void {
    const replaced = installStands(this.modules, this.registrations, this.resources());
    const placeOf = new Map<unknown, Place | null>([...replaced].map((controller) => [controller, null]));
    for (const served of this.all()) {
      const { controller, evaluation } = served.controllers;
      const { path, version, options } = served.resource;
      const functions = { ...evaluationRoute(served.resource), controller: evaluation, served, isEvaluation: true };
      placeOf.set(evaluation, options.allowFunctions ? functions : null);
      placeOf.set(controller, { path, version, controller, served, isEvaluation: false });
    }
    const [root] = controllersOf(this.modules).filter((controller) => this.roots.has(controller));
    setRoutes(this.modules, (wrapper, module) => {
      const controller = wrapper.metatype;
      if (this.roots.has(controller)) return controller === root ? { path: routePath(this.options.prefix) } : null;
      const place = placeOf.get(controller);
      if (!place) return place;
      return { path: routePath(place.path), version: place.version, silent: silence(place, wrapper, module) };
    });
  }

  /**
   * Adds one entry of `forFeature`, and returns what to ask {@link serving} for.
   *
   * @param dataSource undefined for an entity whose repository knows it without
   */
  register(entry: ResourceEntry, controllers: Controllers, dataSource?: DataSource): Registration {
    const name = entityName(entry.entity);
    const declared = resourceOptionsOf(entry.entity);
    const layers = [entry, declared, this.options.shared];
    const { model, repository } = this.stores.of(entry, dataSource);
    const version = entry.version ?? declared.version;
    const formats = (entry.formats ?? declared.formats ?? this.options.formats).map(wireFormat);
    const nameFault = (field: string): string | undefined =>
      formats.map((format) => format.nameFault(field)).find((fault) => fault !== undefined);
    const processors = new Processors(name);
    processors.addOptions('universal', this.options.processors);
    processors.addOptions('resource', { ...declared, ...withoutUndefined(entry) });
    addPostFormPreprocessor(name, processors, { ...declared, ...withoutUndefined(entry) });
    const registration = {
      permissions: entry.permissions ?? declared.permissions,
      entry: { model, layers, version, nameFault },
      entity: entry.entity,
      // Each application has its own that stand in for them.
      controllers: { ...controllers },
      formats,
      wire: {
        embed: entry.embed ?? declared.embed ?? this.options.wire.embed,
        numPagesAlias: entry.numPagesAlias ?? declared.numPagesAlias ?? this.options.wire.numPagesAlias,
        jsonp: entry.jsonp ?? declared.jsonp ?? this.options.wire.jsonp,
      },
      own: { serializer: undefined, deserializer: undefined },
      options: { ...declared, ...withoutUndefined(entry) },
      repository,
      manager: dataSource?.manager,
      processors,
    };
    this.registrations.push(registration);
    this.served = undefined;
    this.servedFrom.clear();
    return registration;
  }

  /**
   * The options were given by one module more.
   *
   * @throws RestlessConfigError for the second: one of the two would be lost. @see SET-07
   */
  claimOptions(): void {
    if (this.optionsGiven) {
      throw new RestlessConfigError(
        'RestlessModule.forRoot is imported twice; give the defaults once, and a prefix of its own to an entry of forFeature.',
      );
    }
    this.optionsGiven = true;
  }

  /** Adds a controller of the document at the prefix; the first one serves it. */
  addRoot(controller: Type): void {
    this.roots.add(controller);
  }

  /** The resource that a generated controller, or one that extends it, serves. */
  servedBy(controller: Type): ServedResource {
    const known = this.servedFrom.get(controller) ?? this.findServed(controller);
    this.servedFrom.set(controller, known);
    return known;
  }

  private findServed(controller: Type): ServedResource {
    const all = this.all();
    for (let current: unknown = controller; typeof current === 'function'; current = Object.getPrototypeOf(current)) {
      const index = this.registrations.findIndex(({ controllers }) => Object.values(controllers).includes(current));
      if (index >= 0) return all[index]!;
    }
    throw new RestlessConfigError(
      `${controller.name} serves no resource; list its entity in RestlessModule.forFeature.`,
    );
  }

  /** The resource of a registration. */
  serving(registration: Registration): ServedResource {
    const known = this.servedFrom.get(registration) ?? this.all()[this.registrations.indexOf(registration)]!;
    this.servedFrom.set(registration, known);
    return known;
  }

  /** Where a request to a resource, or to the document at the prefix, was sent. */
  addressOf(request: HttpRequest, kind: UrlKind, own: Route): Address {
    return this.addresses.of(request, kind, own, this.versions);
  }

  /** True where a request is spelt as the address that it was routed to. */
  isSpelt(request: HttpRequest, kind: UrlKind, own: Route): boolean {
    return this.addresses.isSpelt(request, kind, own);
  }

  /**
   * True for the paths at and below what is served, whether or not there is anything.
   *
   * @param ownsRoot an empty prefix counts as well: everything is below it, the application's own paths too
   */
  isBelow(path: string, ownsRoot: boolean): boolean {
    const { prefix } = this.options;
    const places = this.resources().flatMap((resource) => [
      { path: resource.options.prefix, version: resource.version },
      { path: prefix, version: resource.version },
      resource,
    ]);
    return this.addresses.isBelow(
      path,
      [{ path: prefix }, ...places].filter((place) => ownsRoot || place.path !== ''),
    );
  }

  /** True for the patterns of our own routes. */
  isRoute(pattern: string): boolean {
    const found = this.addresses.locate(pattern, this.resources());
    if (found !== undefined) return pattern.endsWith(PATHS[found.kind]);
    return this.addresses.locate(pattern, [{ path: this.options.prefix }])?.kind === 'collection';
  }

  /** What kind of URL of a place a request was sent to, whatever its verb, with what is behind the place's own path. */
  locate(request: HttpRequest, place: Route): ReturnType<Addresses['locate']> {
    return this.addresses.locate(this.addresses.seen(request), [place]);
  }

  /** The verbs that are answered at a path, or undefined where there is no such URL. */
  allowedAt(path: string): readonly string[] | undefined {
    if (this.addresses.locate(path, [{ path: this.options.prefix }])?.kind === 'collection') return ROOT_METHODS;
    const found = this.addresses.locate(path, this.resources());
    if (found === undefined) return undefined;
    return allowedMethods(found.kind, found.place.options, this.speaksClassic(found.place));
  }

  private speaksClassic(resource: Resource): boolean {
    const formats = this.served?.find((each) => each.resource === resource)?.formats ?? [];
    return formats.some(({ classicVerbs }) => classicVerbs);
  }

  /** The formats of the module, where no resource says otherwise. */
  defaultFormats(): readonly WireFormat[] {
    return this.options.formats.map(wireFormat);
  }

  /** The formats of the resource that a path leads to, or else of the module. */
  formatsAt(path: string): readonly WireFormat[] {
    const places = this.all().flatMap(({ resource, formats }) =>
      [resource, evaluationRoute(resource)].map((route) => ({ path: route.path, version: route.version, formats })),
    );
    return this.addresses.locate(path, places)?.place.formats ?? this.defaultFormats();
  }

  /** What the checks of a request need. */
  rulesFor(viewer: Viewer): QueryRules {
    return {
      policy: new Policy(
        viewer,
        this.permissions.accessFor(() => this.rulesFor(viewer)),
      ),
      ...this.fixedRules,
    };
  }

  /** For whom a request is answered; without one, nobody in particular. */
  viewerOf(request: unknown): Viewer {
    const { groups, exposeVersion } = this.options;
    if (request === undefined) {
      return { ...ANYBODY, version: typeof exposeVersion === 'function' ? undefined : exposeVersion };
    }
    const version = typeof exposeVersion === 'function' ? exposeVersion(request as never) : exposeVersion;
    return { groups: groups?.(request as never) ?? [], version, request };
  }

  /** All resources, in the order in which they were declared. */
  resources(): readonly Resource[] {
    return this.all().map(({ resource }) => resource);
  }

  /** The serializer that the application has for a resource, whatever is shown of it. */
  serializerOf({ path, version }: Resource): ResourceSerializer | undefined {
    if (!this.hasSerializers) return undefined;
    const served = this.all().find(({ resource }) => resource.path === path && resource.version === version);
    return served?.own.serializer;
  }

  /** What stands before the path of a resource, where no request says more. */
  rootOf({ version }: Pick<Resource, 'version'>): string {
    return this.addresses.root(version);
  }

  /** Where a place is served: once for every version. */
  pathsOf(place: Route): readonly string[] {
    return this.addresses.bases(place);
  }

  /** All resources with what serves them; the graph is built when it is first asked for. */
  all(): readonly ServedResource[] {
    if (this.served === undefined) {
      // Data sources are ready in any order; the first declared is the one that the modules name first. @see HLP-07
      const order = new Map(controllersOf(this.modules).map((controller, index) => [controller, index]));
      const placeOf = ({ controllers }: Registration): number => order.get(controllers.controller) ?? -1;
      this.registrations.sort((a, b) => placeOf(a) - placeOf(b));
      const graph = buildResourceGraph(
        this.registrations.map(({ entry }) => entry),
        (name) => isOperator(name) || this.options.operators.has(name),
      );
      this.served = this.registrations.map((registration, index) => ({
        ...registration,
        resource: graph.resources[index]!,
      }));
      this.versions = new Set(graph.resources.map(({ version }) => version));
    }
    return this.served;
  }
}
