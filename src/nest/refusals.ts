/**
 * Requests that a resource refuses, or answers with no more than `Allow`. Of the verbs at its URLs most are such, so they
 * have no routes: a router and Nest would take in five times as many as are served. What the application asks before
 * requests, its guards and interceptors, is asked here as it is at a route.
 */
import { Injectable, VersioningType, type Type } from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator } from '@nestjs/core';
import { Catalogue, type Place } from './catalogue.js';
import { decoratorsOf } from './guarded.js';
import { setParams, type HttpRequest } from './http.js';
import { allowedMethods, EVALUATIONS, OPERATIONS, paramsOf, routeKey } from './operations.js';
import type { ControllerWrapper } from './routes.js';
import { standOf } from './stand-ins.js';

/** What Nest makes of a handler: guards, interceptors and the handler itself. */
type Pipeline = (...host: readonly unknown[]) => Promise<unknown>;

const NONE: ReadonlySet<string> = new Set();

@Injectable()
export class Refusals {
  /** The places whose controllers have methods without routes, with their names. */
  private readonly silent: { readonly place: Place; readonly keys: ReadonlySet<string> }[] = [];
  private readonly pipelines = new Map<Type, Map<string, Pipeline>>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly contexts: ExternalContextCreator,
    private readonly config: ApplicationConfig,
  ) {}

  /**
   * Which routes of a controller are left out, by the names of their methods. None where a path alone does not tell what
   * is asked, and where guards are made anew for every request. A GET never, so that no fallback of the application's
   * takes it.
   */
  silence(place: Place, wrapper: ControllerWrapper, module: object): ReadonlySet<string> {
    const { controller, path, served, isEvaluation } = place;
    const isOwn = standOf(controller) !== undefined;
    if (isOwn || !wrapper.isDependencyTreeStatic() || !this.isTold(path, module)) return NONE;
    const classic = served.formats.some(({ classicVerbs }) => classicVerbs);
    const silent = (isEvaluation ? EVALUATIONS : OPERATIONS).filter((operation) => {
      const { kind, verb, name } = operation;
      if (verb === 'GET' || decoratorsOf(operation, served.options).length > 0) return false;
      return name === undefined || !allowedMethods(kind, served.resource.options, classic).includes(verb);
    });
    const keys = new Set(silent.map(routeKey));
    this.silent.push({ place, keys });
    return keys;
  }

  /** What answers a request that found no route, or undefined where it is none of these. */
  pipelineFor(request: HttpRequest): Pipeline | undefined {
    for (const { place, keys } of this.silent) {
      const found = this.catalogue.locate(request, place);
      if (found === undefined || (place.isEvaluation && found.kind !== 'collection')) continue;
      const operations = place.isEvaluation ? EVALUATIONS : OPERATIONS.filter(({ kind }) => kind === found.kind);
      const operation = operations.find(({ verb }) => verb === request.method);
      if (operation === undefined || !keys.has(routeKey(operation))) continue;
      setParams(request, paramsOf(found.kind, found.segments));
      return this.pipelineOf(place.controller, routeKey(operation));
    }
    return undefined;
  }

  private pipelineOf(controller: Type, key: string): Pipeline {
    const own = this.pipelines.get(controller) ?? new Map<string, Pipeline>();
    this.pipelines.set(controller, own);
    const known = own.get(key) ?? this.createPipeline(controller, key);
    own.set(key, known);
    return known;
  }

  /** Nest finds the guards of a class in the module that provides it, see `restless.module.ts`. */
  private createPipeline({ prototype }: Type, key: string): Pipeline {
    const instance = Object.create(prototype as object) as Record<string, Pipeline>;
    const own = { guards: true, interceptors: true, filters: false };
    return this.contexts.create(instance, instance[key]!, key, undefined, undefined, undefined, undefined, own, 'http');
  }

  /** True where a path tells all: nothing is put before it but a prefix, and nothing but the path chooses among routes. */
  private isTold(path: string, module: object): boolean {
    const versioning = this.config.getVersioning();
    const { exclude = [] } = this.config.getGlobalPrefixOptions();
    const { applicationId } = this.catalogue.modules;
    const isMoved = [applicationId, ''].some((id) => Reflect.hasMetadata(`__module_path__${id}`, module));
    const isLiteral = !/[:*?+!(){}[\]\\]/.test(this.config.getGlobalPrefix() + path);
    return (
      (versioning === undefined || versioning.type === VersioningType.URI) &&
      exclude.length === 0 &&
      !isMoved &&
      isLiteral
    );
  }
}
