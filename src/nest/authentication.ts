/**
 * The authentication of Flask-Restless 0.9: a function that says whether a request may pass, for the verbs that are
 * listed. Sugar over a guard, and no more.
 */
import { type CanActivate, type ExecutionContext, UnauthorizedException } from '@nestjs/common';
import { RestlessConfigError } from '../errors.js';
import { requestOf } from './http.js';

/** The options of a resource that make such a guard. */
export interface AuthenticationOptions {
  /**
   * Verbs, in any case, that only requests may use which pass `authenticationFunction`; others get a 401. PUT and PATCH
   * mean one another, GET means HEAD. A guard does more. @see SET-19, AUT-01
   */
  readonly authenticationRequiredFor?: readonly string[];
  /** Tells for `authenticationRequiredFor` whether a request may pass; may throw as well. @see SET-19, AUT-01, AUT-02 */
  readonly authenticationFunction?: (request: never) => boolean | Promise<boolean>;
}

const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** True for a list of verbs. */
export function isVerbList(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && VERBS.includes(each.toUpperCase()));
}

/**
 * The guard that the options ask for, if they do.
 *
 * @throws RestlessConfigError where one of the two options is given without the other.
 */
export function authenticationGuards(owner: string, options: AuthenticationOptions): readonly CanActivate[] {
  const { authenticationRequiredFor: required = [], authenticationFunction: authenticate } = options;
  if (required.length === 0 && authenticate === undefined) return [];
  if (authenticate === undefined) {
    throw new RestlessConfigError(`${owner}: "authenticationRequiredFor" needs an "authenticationFunction".`);
  }
  if (required.length === 0) {
    throw new RestlessConfigError(
      `${owner}: "authenticationFunction" would never be asked; list verbs in "authenticationRequiredFor".`,
    );
  }
  const verbs = new Set(required.map(canonical));
  return [
    {
      async canActivate(context: ExecutionContext): Promise<boolean> {
        const request = requestOf(context);
        if (verbs.has(canonical(request.method)) && !(await authenticate(request as never))) {
          throw new UnauthorizedException();
        }
        return true;
      },
    },
  ];
}

function canonical(method: string): string {
  const verb = method.toUpperCase();
  return { HEAD: 'GET', PUT: 'PATCH' }[verb] ?? verb;
}
