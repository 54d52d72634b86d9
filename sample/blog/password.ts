/** Passwords are kept as scrypt hashes, each with a salt of its own. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const HASH = /^scrypt:([0-9a-f]{32}):([0-9a-f]{128})$/;

/** True for what {@link hashPassword} gives; no password is as long. */
export function isHash(text: string): boolean {
  return HASH.test(text);
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt:${salt.toString('hex')}:${(await derive(password, salt, 64)).toString('hex')}`;
}

/** Whether a password is the hashed one. Without a hash it takes as long to say no. */
export async function isPassword(
  password: string,
  hash = `scrypt:${'0'.repeat(32)}:${'0'.repeat(128)}`,
): Promise<boolean> {
  const [, salt, key] = HASH.exec(hash) as unknown as [string, string, string];
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'hex'), 64), Buffer.from(key, 'hex'));
}
