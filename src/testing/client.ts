/**
 * Speaks HTTP to an application that is running, for tests.
 */
import { Agent, request as httpRequest } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { stateOf } from '../nest/http.js';
import type { Viewer } from '../resource/policy.js';

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

/** What a server is needed for. */
interface Listener {
  readonly listening?: boolean;
  on(event: 'request', note: (request: object) => void): void;
  off(event: 'request', note: (request: object) => void): void;
}

/** Sends requests with the headers of one client, over connections that stay open until it is closed. */
export class Client {
  private readonly agent = new Agent({ keepAlive: true });
  /** As they came in: what the application makes of them is known once they are answered. */
  private arrived: object[] = [];
  private readonly known = new Map<string, Viewer>();
  private readonly note = (request: object): void => void this.arrived.push(request);

  private constructor(
    private readonly server: Listener,
    private readonly url: URL,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    server.on('request', this.note);
  }

  /** @throws Error for an application that does not listen */
  static async of(app: INestApplication, headers: Readonly<Record<string, string>>): Promise<Client> {
    const server = app.getHttpServer() as Listener;
    if (server.listening !== true)
      throw new Error('expectNoLeaks: the application has to listen, as after app.listen(0).');
    const url = new URL(await app.getUrl());
    return new Client(server, url, headers);
  }

  close(): void {
    this.server.off('request', this.note);
    this.agent.destroy();
  }

  /** Whom the application took the client for, in what was answered so far. */
  get viewers(): Iterable<Viewer> {
    return this.known.values();
  }

  async send(probe: Probe): Promise<Answer> {
    const answer = await this.exchange(probe);
    const arrived = this.arrived;
    this.arrived = [];
    for (const viewer of arrived.flatMap((request) => stateOf(request)?.viewer ?? [])) {
      const key = JSON.stringify([viewer.groups, viewer.version]);
      if (!this.known.has(key)) this.known.set(key, viewer);
    }
    return answer;
  }

  private exchange({ method, path, accept, body }: Probe): Promise<Answer> {
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
