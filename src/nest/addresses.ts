/**
 * What stands before a resource's own path: Nest's global prefix and version, and whatever a router or a proxy puts
 * there. Links keep what the client sent.
 */
import { VersioningType } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { Address } from '../wire/wire-format.js';
import { seenPath, splitUrl, type HttpRequest } from './http.js';
import type { ResourceUrlKind, UrlKind } from './operations.js';
import type { Route } from './routes.js';

/** Segments that a URL has after the collection's. */
const SEGMENTS: Readonly<Record<UrlKind, number>> = {
  root: 0,
  evaluation: 0,
  collection: 0,
  item: 1,
  relation: 2,
  relationship: 3,
  member: 3,
};

/** Where a path leads. */
export interface Located<P> {
  readonly place: P;
  readonly kind: ResourceUrlKind;
  /** Behind the place's own path. */
  readonly segments: readonly string[];
}

export class Addresses {
  constructor(
    private readonly config: ApplicationConfig,
    private readonly options: { readonly baseUrl: string; readonly trailingSlash: 'never' | 'ignore' },
  ) {}

  /** Where a request was sent, and where the resources of every version are, seen from there. */
  of(request: HttpRequest, kind: UrlKind, own: Route, versions: Iterable<string | undefined>): Address {
    const { path, queryString } = splitUrl(request);
    const root = path.slice(0, endOfRoot(path, kind, own));
    const roots = new Map<string | undefined, string>();
    for (const version of versions) {
      if (version !== own.version) roots.set(version, this.options.baseUrl + this.rebase(root, own.version, version));
    }
    return { root: this.options.baseUrl + root, roots, path: this.options.baseUrl + path, queryString };
  }

  /** True where a path is spelt as the resource's address is: Express takes `/Person` for `/person`. */
  isSpelt(request: HttpRequest, kind: UrlKind, own: Route): boolean {
    const { path } = splitUrl(request);
    const isPlain = kind !== 'relationship' && own.path !== '' && !own.path.includes('%');
    const start = endOfRoot(path, kind, own);
    const next = path[start + own.path.length + 1] ?? '/';
    if (isPlain && next === '/' && path.startsWith(`/${own.path}`, start)) return true;
    const segments = path.replace(/\/+$/, '').split('/');
    const names = own.path === '' ? [] : own.path.split('/');
    const end = segments.length - SEGMENTS[kind];
    const sent = segments.slice(end - names.length, end);
    const isNamed = names.every((name, index) => decodeURIComponent(sent[index] ?? '') === name);
    return isNamed && (kind !== 'relationship' || segments.at(-2) === 'relationships');
  }

  /** What stands before the path of a resource of this version, where no request says more. */
  root(version: string | undefined): string {
    return this.options.baseUrl + this.globalPrefix + this.versionSegments(version)[0]!;
  }

  /** True for paths that belong to what is served at one of these places. */
  isBelow(path: string, places: readonly Route[]): boolean {
    return places.some((place) => this.bases(place).some((base) => segmentsBehind(base, path) !== undefined));
  }

  /** The path of a request as the application's own router sees it. */
  seen(request: HttpRequest): string {
    return seenPath(request, this.globalPrefix);
  }

  /** Which of these places a path leads to, and what kind of URL it is there. */
  locate<P extends Route>(path: string, places: readonly P[]): Located<P> | undefined {
    const asked = this.options.trailingSlash === 'ignore' ? path.replace(/(?<=.)\/$/, '') : path;
    for (const place of places) {
      for (const base of this.bases(place)) {
        const segments = segmentsBehind(base, asked);
        const kind = segments && kindOf(segments);
        if (segments !== undefined && kind !== undefined) return { place, kind, segments };
      }
    }
    return undefined;
  }

  /** Where a place is served: once for every version. */
  bases({ path, version }: Route): readonly string[] {
    const own = path === '' ? '' : `/${path}`;
    return this.versionSegments(version).map((segment) => this.globalPrefix + segment + own);
  }

  /** The root with another version in place of the one that was asked for. */
  private rebase(root: string, from: string | undefined, to: string | undefined): string {
    const sent = this.versionSegments(from).map((segment) => this.globalPrefix + segment);
    const start = sent.find((each) => root === each || root.startsWith(`${each}/`));
    if (start === undefined) return root;
    return this.globalPrefix + this.versionSegments(to)[0]! + root.slice(start.length);
  }

  private get globalPrefix(): string {
    const prefix = this.config.getGlobalPrefix().replace(/^\/+|\/+$/g, '');
    return prefix === '' ? '' : `/${prefix}`;
  }

  /** `/v2`, or nothing where the URL has no version; several where the application has several defaults. */
  private versionSegments(version: string | undefined): readonly string[] {
    const versioning = this.config.getVersioning();
    if (versioning?.type !== VersioningType.URI) return [''];
    const prefix = versioning.prefix === false ? '' : (versioning.prefix ?? 'v');
    const versions = [version ?? versioning.defaultVersion ?? []].flat();
    if (versions.length === 0) return [''];
    return versions.map((each) => (typeof each === 'string' ? `/${prefix}${each}` : ''));
  }
}

/** Where what stands before a resource's own path ends. */
function endOfRoot(path: string, kind: UrlKind, own: Route): number {
  const behind = SEGMENTS[kind] + (own.path === '' ? 0 : own.path.split('/').length);
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  for (let count = 0; count < behind; count++) end = path.lastIndexOf('/', end - 1);
  return Math.max(0, end);
}

/** The segments of a path behind a base, or undefined where it leads elsewhere. */
function segmentsBehind(base: string, path: string): readonly string[] | undefined {
  const segments = path === '/' ? [''] : path.split('/');
  const own = base.split('/');
  return own.every((each, index) => each === decode(segments[index])) ? segments.slice(own.length) : undefined;
}

function decode(segment = '/'): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The kind of URL that these segments behind a collection's make. */
function kindOf(segments: readonly string[]): ResourceUrlKind | undefined {
  if (segments.includes('')) return undefined;
  switch (segments.length) {
    case 0:
      return 'collection';
    case 1:
      return 'item';
    case 2:
      return 'relation';
    case 3:
      return segments[1] === 'relationships' ? 'relationship' : 'member';
    default:
      return undefined;
  }
}
