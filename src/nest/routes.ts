/**
 * Gives the generated controllers their addresses, in one application. A controller class is made when a module is
 * declared, and several applications may be made of that module at the same time, with different prefixes: so each
 * routes classes of its own, which inherit everything else.
 */
import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { Resource } from '../resource/resource.js';

/** Where a controller is served. */
export interface Route {
  readonly path: string;
  /** For Nest's versioning. */
  readonly version?: string | undefined;
}

/** Where the functions of a resource are evaluated. @see URL-12 */
export function evaluationRoute({ collectionName: name, options, version }: Resource): Route {
  return { path: options.prefix === '' ? `eval/${name}` : `${options.prefix}/eval/${name}`, version };
}

/** All controllers of an application, in the order in which its modules name them. */
export function controllersOf(modules: ModulesContainer): readonly unknown[] {
  return [...modules.values()].flatMap(({ controllers }) => [...controllers.values()].map(({ metatype }) => metatype));
}

/**
 * Sets the addresses. Nest reads them after all providers are there and the modules are configured, so that they may
 * come from options and data sources.
 *
 * @param routeOf undefined for controllers that are not ours, null for those that serve nothing here
 */
export function setRoutes(modules: ModulesContainer, routeOf: (controller: unknown) => Route | null | undefined): void {
  for (const { controllers } of modules.values()) {
    for (const [token, wrapper] of controllers) {
      const route = routeOf(wrapper.metatype);
      if (route === null) controllers.delete(token);
      else if (route !== undefined) wrapper.metatype = withRoute(wrapper.metatype as Type, route);
    }
  }
}

function withRoute(controller: Type, { path, version }: Route): Type {
  const routed = { [controller.name]: class extends controller {} }[controller.name]!;
  Reflect.defineMetadata('path', `/${path}`, routed);
  if (version !== undefined) Reflect.defineMetadata('__version__', version, routed);
  return routed;
}
