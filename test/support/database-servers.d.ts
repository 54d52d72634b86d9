/** The types of `database-servers.js`. */

export interface DatabaseServer {
  readonly kind: 'postgres' | 'mariadb';
  /** The environment variable that names another server. */
  readonly variable: string;
  readonly url: string;
  run(...statements: string[]): Promise<void>;
}

export const databaseServers: readonly DatabaseServer[];
