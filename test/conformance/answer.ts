/** Sends a recorded request as it is, byte by byte, and keeps what comes back. */
import { Agent, request } from 'node:http';
import type { Exchange, Json } from './cases.js';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The client's port, by which a server knows the request. */
  port?: number | undefined;
  /** The body as JSON; undefined where it is empty or no JSON. */
  body: Json | undefined;
}

const agent = new Agent({ keepAlive: true });

export function send(port: number, exchange: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, method: exchange.method, path: exchange.path, headers: headersOf(exchange) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        const port = response.socket.localPort;
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const headers = Object.entries(response.headers).map(([name, value]) => [
            name,
            [value ?? ''].flat().join(', '),
          ]);
          const status = response.statusCode ?? 0;
          resolve({ status, headers: Object.fromEntries(headers), text, port, body: parse(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(exchange.body);
  });
}

/** Closes the connections that were kept for the next request. */
export function hangUp(): void {
  agent.destroy();
}

function headersOf({ headers, body }: Exchange): Record<string, string> {
  return body === undefined ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)) };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
