/** Posts have one address more than other resources: where they are published. */
import { Controller, HttpCode, Param, Post as HttpPost, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { RestlessController } from 'nestjs-restless';
import { EntityManager, IsNull } from 'typeorm';
import { type BlogRequest, SignedIn } from './auth.guard.js';
import { Post } from './entities.js';

@Controller()
export class PostController extends RestlessController(Post) {
  constructor(private readonly manager: EntityManager) {
    super();
  }

  /** Publishes a post, once: whoever may change it may publish it. */
  @HttpPost(':id/publish')
  @HttpCode(204)
  @UseGuards(SignedIn)
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Publishes a post.' })
  @ApiUnauthorizedResponse({ description: 'Nobody has signed in.' })
  async publish(@Param('id') id: string, @Req() request: BlogRequest): Promise<void> {
    await this.manager.transaction(async (manager) => {
      // Changes nothing, and asks all the same: 404 for what they do not see, 403 for what is not theirs.
      await this.service.update(id, {}, { request, manager });
      await manager.update(Post, { id: Number(id), publishedAt: IsNull() }, { publishedAt: new Date() });
    });
  }
}
