/** What the server does about requests: it signs what is written, and tells of it once it is there to stay. */
import { Injectable } from '@nestjs/common';
import { AfterCommit, type AfterCommitContext, Preprocessor, type PreprocessorContext } from 'nestjs-restless';
import type { Account } from './auth.guard.js';
import { Comment, Post } from './entities.js';
import { Notifications } from './notifications.js';

@Injectable()
export class BlogProcessors {
  constructor(private readonly notifications: Notifications) {}

  @Preprocessor(Post, 'POST_RESOURCE')
  signPost({ assign, user }: PreprocessorContext<'POST_RESOURCE', Post>): void {
    assign({ author: (user as Account).id });
  }

  @Preprocessor(Comment, 'POST_RESOURCE')
  signComment({ assign, user }: PreprocessorContext<'POST_RESOURCE', Comment>): void {
    assign({ author: (user as Account).id });
  }

  @AfterCommit(Comment, 'POST_RESOURCE')
  async announceComment({ id, manager }: AfterCommitContext<'POST_RESOURCE', Comment>): Promise<void> {
    const { author, post } = await manager.findOneOrFail(Comment, {
      where: { id: Number(id) },
      relations: { author: true, post: { author: true } },
    });
    this.notifications.send(post.author.name, `${author.name} has commented on “${post.title}”.`);
  }
}
