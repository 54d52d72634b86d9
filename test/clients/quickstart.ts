/**
 * Starts the quickstart for a client, on a port of its own, with the options that the client needs. Whatever the client
 * is answered is held to JSON:API's schema.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DynamicModule, Module } from '@nestjs/common';
import { type ResourceEntry, RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { AppModule, Computer, Person } from '../../sample/quickstart/main.js';
import { createApp } from '../support/app.js';
import { validate } from './schema.js';

export interface Quickstart {
  /** With the prefix, without a slash at the end: what clients call the base URL. */
  readonly url: string;
  /** What the client has asked and was answered, such as `GET /api/person 200`. */
  readonly exchanges: string[];
  close(): Promise<void>;
}

export interface QuickstartOptions {
  /** Of `RestlessModule.forRoot`, beside the quickstart's own. */
  options?: RestlessModuleOptions;
  /** Of the two entries of `RestlessModule.forFeature`. */
  person?: Omit<ResourceEntry, 'entity'>;
  computer?: Omit<ResourceEntry, 'entity'>;
}

/**
 * Starts the quickstart.
 *
 * @throws on `close`, where an answer was no JSON:API document.
 */
export async function startQuickstart({ options, person, computer }: QuickstartOptions = {}): Promise<Quickstart> {
  const [database] = Reflect.getMetadata('imports', AppModule) as [DynamicModule];

  @Module({
    imports: [
      database,
      RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], ...options }),
      RestlessModule.forFeature([
        { ...person, entity: Person },
        { ...computer, entity: Computer },
      ]),
    ],
  })
  class Configured extends AppModule {}

  const exchanges: string[] = [];
  const faults: string[] = [];
  const isPlain = options === undefined && person === undefined && computer === undefined;
  const app = await createApp(isPlain ? AppModule : Configured, {
    configure: (nest) => nest.use(listen(exchanges, faults)),
  });
  return {
    url: `${app.url}/api`,
    exchanges,
    async close() {
      await app.close();
      if (faults.length > 0) throw new Error(`Answers that are no JSON:API documents:\n${faults.join('\n')}`);
    },
  };
}

/** Looks at every answer on its way out. */
function listen(exchanges: string[], faults: string[]) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
    response.end = (...parts: unknown[]) => {
      const exchange = `${request.method} ${decodeURIComponent(request.url!)} ${response.statusCode}`;
      exchanges.push(exchange);
      const [text] = parts;
      if (typeof text === 'string' || Buffer.isBuffer(text)) {
        faults.push(...validate(JSON.parse(String(text)) as object).map((fault) => `${exchange}: ${fault}`));
      } else if (response.statusCode !== 204) faults.push(`${exchange}: no body`);
      return end(...parts);
    };
    next();
  };
}
