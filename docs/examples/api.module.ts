/** What getting-started.md ends with: the same resources behind a guard and a scope. */
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { type Restriction, RestlessModule, type ScopeContext } from 'nestjs-restless';
import { Computer, Person } from './entities.js';

interface Asking {
  readonly method: string;
  readonly headers: { readonly authorization?: string };
}

const hasToken = ({ headers }: Asking): boolean => headers.authorization === 'Bearer secret';

@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Asking>();
    return request.method === 'GET' || hasToken(request);
  }
}

const scope = ({ request }: ScopeContext): Restriction[] =>
  request !== undefined && hasToken(request as Asking) ? [] : [{ name: 'birthDate', op: 'is_not_null' }];

const guards = [TokenGuard];

@Module({
  imports: [
    RestlessModule.forFeature([
      { entity: Person, guards, scope },
      { entity: Computer, guards },
    ]),
  ],
})
export class ApiModule {}
