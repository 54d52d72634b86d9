/** Who may do what with which row, in one class for each resource. */
import { Injectable } from '@nestjs/common';
import type { PermissionChecker, Restriction, RowAction, ScopeContext } from 'nestjs-restless';
import { EntityManager } from 'typeorm';
import type { Account, BlogRequest } from './auth.guard.js';
import type { Comment, Post, User } from './entities.js';

/** Who asks; nobody where requests come without a token, and for the blog's own code. */
function userOf({ request }: ScopeContext): Account | undefined {
  return (request as BlogRequest | undefined)?.user;
}

function isEditor(context: ScopeContext): boolean {
  return context.groups.includes('editor');
}

/** Published posts, and one's own. */
function visible(path: string, user: Account | undefined): Restriction {
  const published: Restriction = { name: `${path}publishedAt`, op: 'is_not_null' };
  return user === undefined ? published : { or: [published, { name: `${path}author.id`, op: 'eq', val: user.id }] };
}

@Injectable()
export class UserPermissions implements PermissionChecker<User> {
  scope(): [] {
    return [];
  }

  hasObjectPermission(user: User, action: RowAction, context: ScopeContext): boolean {
    return action !== 'update' || isEditor(context) || user.id === userOf(context)?.id;
  }
}

@Injectable()
export class PostPermissions implements PermissionChecker<Post> {
  scope(context: ScopeContext): Restriction | [] {
    return isEditor(context) ? [] : visible('', userOf(context));
  }

  hasObjectPermission(post: Post, action: RowAction, context: ScopeContext): boolean {
    return action === 'read' || isEditor(context) || post.author.id === userOf(context)?.id;
  }
}

@Injectable()
export class CommentPermissions implements PermissionChecker<Comment> {
  // Entities by name: they name this class themselves.
  constructor(private readonly manager: EntityManager) {}

  /** Comments are as visible as their posts. */
  scope(context: ScopeContext): Restriction | [] {
    return isEditor(context) ? [] : visible('post.', userOf(context));
  }

  async hasObjectPermission(comment: Comment, action: RowAction, context: ScopeContext): Promise<boolean> {
    if (action === 'read' || isEditor(context)) return true;
    const { id } = userOf(context) ?? {};
    const isOwn = comment.author.id === id;
    const post = { id: comment.post.id };
    if (action === 'create') return isOwn && this.manager.existsBy<Post>('Post', { ...post, closed: false });
    if (action === 'update') return isOwn;
    // Authors keep their own house clean.
    return isOwn || this.manager.existsBy<Post>('Post', { ...post, author: { id: id! } });
  }
}
