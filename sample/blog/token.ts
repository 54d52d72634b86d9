/** JSON Web Tokens with HS256: as much of RFC 7519 as one application needs that reads only what it has signed itself. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });
const LIFETIME = 60 * 60;

@Injectable()
export class Tokens {
  /** Without a secret of its own, the blog forgets its tokens with every start. */
  private readonly secret = process.env.BLOG_SECRET ?? randomBytes(32);

  /** A token for a user, good for an hour. */
  sign(userId: number): string {
    const content = `${HEADER}.${encode({ sub: String(userId), exp: now() + LIFETIME })}`;
    return `${content}.${this.signatureOf(content)}`;
  }

  /** The id of the user that a token was signed for; undefined for what is no token of ours, or too old. */
  verify(token: string): number | undefined {
    const [header, claims, signature] = token.split('.') as [string, string?, string?];
    // Only our own header is taken: a token cannot choose how it is checked.
    if (header !== HEADER || claims === undefined || signature === undefined) return undefined;
    const expected = Buffer.from(this.signatureOf(`${header}.${claims}`));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    const { sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string; exp: number };
    return exp > now() ? Number(sub) : undefined;
  }

  private signatureOf(content: string): string {
    return createHmac('sha256', this.secret).update(content).digest('base64url');
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
