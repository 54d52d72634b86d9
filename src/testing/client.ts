/**
 * Speaks HTTP to an application that is running, for tests.
 */
import { Agent, request as httpRequest } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/** One request. */
export interface Probe {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly accept: 'application/vnd.api+json' | 'application/json';
  readonly body?: unknown;
}

/** What came of it. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends requests with the headers of one client, over connections that stay open until it is closed. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly url: URL,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** @throws Error for an application that does not listen */
  static async of(app: INestApplication, headers: Readonly<Record<string, string>>): Promise<Client> {
    const server = app.getHttpServer() as { readonly listening?: boolean; address(): unknown };
    if (server.listening !== true)
      throw new Error('expectNoLeaks: the application has to listen, as after app.listen(0).');
    const url = new URL(await app.getUrl());
    return new Client(url, headers);
  }

  close(): void {
    this.agent.destroy();
  }

  send({ method, path, accept, body }: Probe): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...this.headers,
      Accept: accept,
      ...(text === undefined ? {} : { 'Content-Type': accept, 'Content-Length': String(Buffer.byteLength(text)) }),
    };
    const { hostname, port } = this.url;
    const host = hostname.replace(/^\[|\]$/g, '');
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ agent: this.agent, host, port, method, path, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode!, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}
