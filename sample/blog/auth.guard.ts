/** Who asks: a guard for all requests reads tokens, another stands before what nobody does without one. */
import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { Tokens } from './token.js';

/** What every request knows of who sent it. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly role: string;
}

/** A request, as far as the blog looks at it; it has no user where nobody has signed in. */
export interface BlogRequest {
  readonly headers: { readonly authorization?: string };
  user?: Account;
}

/** Reads the token of a request, where there is one. Users are looked up, so that what a token says is never out of date. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly tokens: Tokens,
    private readonly manager: EntityManager,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<BlogRequest>();
    const { authorization } = request.headers;
    if (authorization === undefined) return true;
    const [scheme, token = ''] = authorization.split(' ') as [string, string?];
    const id = scheme.toLowerCase() === 'bearer' ? this.tokens.verify(token) : undefined;
    const user = id === undefined ? null : await this.manager.findOneBy<Account & object>('User', { id });
    if (user === null) throw new UnauthorizedException('The token is not valid, or not any more. Sign in at /login.');
    request.user = user;
    return true;
  }
}

/** Lets nobody pass who has not signed in. */
@Injectable()
export class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<BlogRequest>().user !== undefined) return true;
    throw new UnauthorizedException('Sign in at /login, and send the token.');
  }
}
