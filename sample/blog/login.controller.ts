/** Signing in: a controller like any other of Nest's. */
import { Body, Controller, HttpCode, Post, UnauthorizedException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { EntityManager } from 'typeorm';
import { User } from './entities.js';
import { isPassword } from './password.js';
import { Tokens } from './token.js';

@Controller('login')
export class LoginController {
  constructor(
    private readonly tokens: Tokens,
    private readonly manager: EntityManager,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Signs in.' })
  @ApiOkResponse({ schema: { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] } })
  @ApiUnauthorizedResponse({ description: 'There is no such user.' })
  async login(@Body() body: unknown): Promise<{ token: string }> {
    const { name, password } = (body ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name === 'string' && typeof password === 'string') {
      const user = await this.manager.findOne(User, { where: { name }, select: { id: true, password: true } });
      if (await isPassword(password, user?.password)) return { token: this.tokens.sign(user!.id) };
    }
    throw new UnauthorizedException('There is no user with this name and password.');
  }
}
