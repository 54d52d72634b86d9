/** The whole blog: three resources, a controller of its own for one of them, and a way to sign in. */
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { EntityManager } from 'typeorm';
import { type BlogRequest, TokenGuard } from './auth.guard.js';
import { Comment, Post, User } from './entities.js';
import { LoginController } from './login.controller.js';
import { Notifications } from './notifications.js';
import { CommentPermissions, PostPermissions, UserPermissions } from './permissions.js';
import { PostController } from './post.controller.js';
import { BlogProcessors } from './processors.js';
import { seed } from './seed.js';
import { Tokens } from './token.js';

const entities = [User, Post, Comment];

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true }),
    RestlessModule.forRoot({
      groups: (request: BlogRequest) => (request.user?.role === 'editor' ? ['editor'] : []),
    }),
    RestlessModule.forFeature(entities),
  ],
  controllers: [LoginController, PostController],
  providers: [
    { provide: APP_GUARD, useClass: TokenGuard },
    BlogProcessors,
    CommentPermissions,
    Notifications,
    PostPermissions,
    Tokens,
    UserPermissions,
  ],
})
export class AppModule {
  constructor(private readonly manager: EntityManager) {}

  async onModuleInit(): Promise<void> {
    await seed(this.manager);
  }
}
