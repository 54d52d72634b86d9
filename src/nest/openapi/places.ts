/**
 * Where generated controllers are, once Nest has routed them.
 */
import type { Catalogue } from '../catalogue.js';
import { controllersOf, type Route } from '../routes.js';

/** False as long as generated controllers have no addresses. */
export function isRouted({ modules, roots }: Catalogue): boolean {
  return !controllersOf(modules).some((controller) => roots.has(controller));
}

/** Where a place is served: once for every version, behind what Nest's RouterModule puts before it. */
export function pathsOf(catalogue: Catalogue, { path, version }: Route): readonly string[] {
  return catalogue.pathsOf({ path: `${modulePath(catalogue)}${path}`, version });
}

/** `inner/`, or nothing; all generated controllers are of one module class. */
function modulePath({ modules, roots }: Catalogue): string {
  const isRoot = (controller: unknown): boolean => roots.has(controller);
  const module = [...modules.values()].find(({ controllers }) =>
    [...controllers.values()].some(({ metatype }) => isRoot(metatype) || isRoot(Object.getPrototypeOf(metatype))),
  );
  const path: unknown = module && Reflect.getMetadata(`__module_path__${modules.applicationId}`, module.metatype);
  const trimmed = typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '') : '';
  return trimmed === '' ? '' : `${trimmed}/`;
}
