/**
 * The module: assembles, and nothing else.
 */
import { Global, Module, type DynamicModule, type NestModule, type Provider } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { RestlessConfigError } from '../errors.js';
import { JSON_API_MEDIA_TYPE } from '../wire/json-api/media-type.js';
import { allowNoBody, ignoresTrailingSlash, registerBodyParser, routePath } from './http.js';
import type { ResourceEntry, RestlessModuleAsyncOptions, RestlessModuleOptions } from './options.js';
import { ChangePipe, EvaluationPipe, QueryPipe } from './query.pipe.js';
import { Refusals } from './refusals.js';
import { RestlessNotFoundFilter } from './restless-exception.filter.js';
import { createRestlessProviders, createRoot, type DataSourceName } from './restless.providers.js';
import { Catalogue } from './catalogue.js';
import { RestlessRegistry } from './restless.registry.js';
import { RESTLESS_OPTIONS, type RestlessEntity } from './restless.tokens.js';

/** What an application has once, however many modules expose entities. */
@Global()
@Module({
  providers: [Catalogue, RestlessRegistry, QueryPipe, EvaluationPipe, ChangePipe, Refusals, RestlessNotFoundFilter],
  exports: [Catalogue, RestlessRegistry, QueryPipe, EvaluationPipe, ChangePipe],
})
export class RestlessCoreModule implements NestModule {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly filter: RestlessNotFoundFilter,
    private readonly catalogue: Catalogue,
    private readonly refusals: Refusals,
  ) {}

  /** Runs after Nest's own body parsers are there and before the routes are. */
  configure(): void {
    const { bodySize } = this.catalogue.options.limits;
    registerBodyParser(this.host, JSON_API_MEDIA_TYPE, Math.min(bodySize, Number.MAX_SAFE_INTEGER));
    allowNoBody(this.host, (pattern) => this.catalogue.isRoute(pattern));
    // Nest asks the last one first: it has to come before filters that catch everything, and hands on to them.
    this.config.addGlobalFilter(this.filter);
    this.catalogue.configureRoutes(
      (path) => routePath(this.host, path),
      (...asked) => this.refusals.silence(...asked),
    );
    if (this.catalogue.options.trailingSlash === 'ignore' && !ignoresTrailingSlash(this.host)) {
      throw new RestlessConfigError(
        'RestlessModule.forRoot: trailingSlash "ignore" needs a router that does so; start with ' +
          'new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } }).',
      );
    }
  }
}

/**
 * Serves TypeORM entities as a REST API.
 *
 * @example
 * @Module({
 *   imports: [TypeOrmModule.forRoot({ … }), RestlessModule.forRoot({ prefix: 'api' }), RestlessModule.forFeature([Person, Computer])],
 * })
 * export class AppModule {}
 */
@Module({})
export class RestlessModule {
  /**
   * Defaults for all resources, and what holds for the whole application. Optional; at most once.
   *
   * @example
   * RestlessModule.forRoot({ prefix: 'api', maxPageSize: 50 })
   * @see SET-01, URL-03
   */
  static forRoot(options: RestlessModuleOptions = {}): DynamicModule {
    return rootModule([{ provide: RESTLESS_OPTIONS, useValue: options }]);
  }

  /**
   * The same with options that are made when the application starts.
   *
   * @example
   * RestlessModule.forRootAsync({ inject: [ConfigService], useFactory: (config: ConfigService) => ({ prefix: config.get('PREFIX') }) })
   * @see SET-03
   */
  static forRootAsync(options: RestlessModuleAsyncOptions): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    const provider: Provider = {
      provide: RESTLESS_OPTIONS,
      inject: [...inject],
      useFactory: useFactory as (...args: unknown[]) => unknown,
    };
    return rootModule([provider], imports);
  }

  /**
   * Exposes entities, of the default data source or of the one named. May be called in several modules.
   *
   * @example
   * RestlessModule.forFeature([Person, { entity: Computer, collectionName: 'machines', methods: ['GET'] }])
   * @see SET-08, SET-12
   */
  static forFeature(entries: readonly (RestlessEntity | ResourceEntry)[], dataSource?: DataSourceName): DynamicModule {
    const { controllers, providers } = createRestlessProviders(entries, dataSource);
    // A refusal is asked about in the name of its controller: Nest looks for guards in the module that provides that.
    const named = controllers.map((controller) => ({ provide: controller, useValue: controller.name }));
    return {
      module: RestlessModule,
      imports: [RestlessCoreModule],
      controllers,
      providers: [...providers, ...named],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function rootModule(providers: Provider[], imports: NonNullable<DynamicModule['imports']> = []): DynamicModule {
  const { controller, provider } = createRoot(true);
  return {
    module: RestlessModule,
    global: true,
    imports: [...imports, RestlessCoreModule],
    controllers: [controller],
    providers: [...providers, provider],
    exports: [RESTLESS_OPTIONS],
  };
}
