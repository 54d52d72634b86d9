/** Stands before an application: what commands are answered is held against its OpenAPI document as well. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestApp } from '../support/app.js';

export interface Door {
  readonly url: string;
  close(): void;
}

/** Asks the application what it is asked itself, and answers the same; 599 where the document says otherwise. */
export async function openDoor(app: TestApp): Promise<Door> {
  const server: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
      const headers = without(incoming.headersDistinct, 'connection', 'host');
      const { status, lines, text } = await app.request(incoming.method!, incoming.url!, {
        headers,
        ...(body.length > 0 ? { body } : {}),
      });
      outgoing.writeHead(status, without(lines, 'connection', 'keep-alive', 'transfer-encoding')).end(text);
    })().catch((error: unknown) => outgoing.writeHead(599).end(String(error)));
  });
  await new Promise<void>((opened) => server.listen(0, '127.0.0.1', opened));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** All but some headers, with their names as they are usually written. */
function without(
  headers: Readonly<Record<string, string[] | undefined>>,
  ...names: string[]
): Record<string, string[]> {
  const kept = Object.entries(headers).filter(([name]) => !names.includes(name));
  return Object.fromEntries(
    kept.map(([name, values]) => [name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase()), values ?? []]),
  );
}
