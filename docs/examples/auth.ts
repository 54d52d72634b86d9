/** What the pages import: who is asking. */
import { type CanActivate, type CustomDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';

export interface User {
  readonly id: number;
  readonly roles: readonly string[];
}

export interface AppRequest {
  readonly user?: User;
}

@Injectable()
export class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<AppRequest>().user !== undefined;
  }
}

export const Roles = (...roles: string[]): CustomDecorator => SetMetadata('roles', roles);
