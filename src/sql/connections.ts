/**
 * What a pool of connections needs to outlive servers that cut them.
 */
import { EventEmitter } from 'node:events';
import type { DataSource } from 'typeorm';

/**
 * A connection of node-postgres tells of its end by an event, and an error that nobody listens to ends the process. Between
 * the pool, which lets go of a new connection, and TypeORM, which takes hold of it a moment later, there is nobody. The
 * next query on the connection fails, and with it one request.
 */
export function outliveConnections({ driver }: DataSource): void {
  const { master, slaves = [] } = driver as { readonly master?: unknown; readonly slaves?: readonly unknown[] };
  for (const pool of [master, ...slaves]) {
    if (!(pool instanceof EventEmitter)) continue;
    pool.on('connect', (connection: unknown) => {
      if (connection instanceof EventEmitter) connection.on('error', () => undefined);
    });
  }
}
