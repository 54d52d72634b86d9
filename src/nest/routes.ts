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

/** A controller as Nest's injector knows it. */
export interface ControllerWrapper {
  metatype: unknown;
  readonly instance: object;
  /** False where it, or what is asked before it, is made anew for every request. */
  isDependencyTreeStatic(): boolean;
}

/** Where a controller is served, and which of its routes are not, by the names of their methods. */
export interface Routing extends Route {
  readonly silent?: ReadonlySet<string>;
}

/**
 * Sets the addresses. Nest reads them after all providers are there and the modules are configured, so that they may
 * come from options and data sources.
 *
 * @param routeOf undefined for controllers that are not ours, null for those that serve nothing here
 */
export function setRoutes(
  modules: ModulesContainer,
  routeOf: (controller: ControllerWrapper, module: object) => Routing | null | undefined,
): void {
  for (const { controllers, metatype: module } of modules.values()) {
    for (const [token, wrapper] of controllers) {
      const route = routeOf(wrapper, module);
      if (route === null) controllers.delete(token);
      else if (route !== undefined) applyRoute(wrapper, route);
    }
  }
}

function applyRoute(wrapper: ControllerWrapper, { path, version, silent = new Set() }: Routing): void {
  const controller = wrapper.metatype as Type;
  const routed = { [controller.name]: class extends controller {} }[controller.name]!;
  Reflect.defineMetadata('path', `/${path}`, routed);
  if (version !== undefined) Reflect.defineMetadata('__version__', version, routed);
  wrapper.metatype = routed;
  if (silent.size === 0) return;
  // Nest looks for routes along the prototypes of what it has made already, and takes the first of each name.
  for (const key of silent) Object.defineProperty(routed.prototype, key, { value: undefined });
  Object.setPrototypeOf(wrapper.instance, routed.prototype);
}
