/** Big answers come in chunks: the same documents, and a client that hangs up takes nobody along. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { request, type IncomingMessage } from 'node:http';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource({ pageSize: 1000, maxPageSize: 1000 })
class Scroll {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'text' }) text!: string;
  @ManyToOne(() => Archive, (archive) => archive.scrolls) archive!: Relation<Archive>;
}

@Entity()
@Resource()
class Archive {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @OneToMany(() => Scroll, (scroll) => scroll.archive) scrolls!: Relation<Scroll>[];
}

const ENTITIES = [Scroll, Archive];

const ROWS = 600;
const textOf = (index: number): string => `${index} ${'Ω"\\\n'.repeat(400)}`;

async function seed(dataSource: DataSource): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, index) => ({ text: textOf(index), archive: { id: 1 } }));
  await dataSource.getRepository(Archive).insert({ id: 1 });
  await dataSource.getRepository(Scroll).insert(rows);
}

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      const processors = { postprocessors: { GET_COLLECTION: [() => undefined] } };
      app = await start({
        entities: ENTITIES,
        imports: [RestlessModule.forFeature([...ENTITIES, { entity: Scroll, prefix: 'seen', ...processors }])],
        seed,
      });
    });
    afterAll(() => app.close());

    it.each([
      ['/api/scroll', 'application/vnd.api+json', '/data/*/attributes/text'],
      ['/seen/scroll', 'application/vnd.api+json', '/data/*/attributes/text'],
      ['/api/scroll?results_per_page=1000', 'application/json', '/objects/*/text'],
      ['/seen/scroll?results_per_page=1000', 'application/json', '/objects/*/text'],
      ['/api/archive/1', 'application/json', '/scrolls/*/text'],
    ])('are whole and in order: %s as %s', async (path, accept, texts) => {
      const answer = await app.get(path, { accept });

      expect([answer.status, answer.headers['content-type']]).toEqual([200, accept]);
      expect(answer.headers['transfer-encoding']).toBe('chunked');
      expect(answer.at(texts)).toEqual(Array.from({ length: ROWS }, (_, index) => textOf(index)));
    });

    it.each(['application/vnd.api+json', 'application/json'])(
      'have the same bytes whether or not somebody sees the document, as %s',
      async (accept) => {
        const [plain, seen] = [await app.get('/api/scroll', { accept }), await app.get('/seen/scroll', { accept })];

        expect(plain.text).toBe(seen.text.replaceAll('/seen/', '/api/'));
      },
    );

    it.each(['/api/scroll', '/api/archive/1?include=scrolls', '/api/archive/1'])(
      'have chunks of about one size: %s',
      async (path) => {
        const accept = path.includes('include') ? 'application/vnd.api+json' : 'application/json';
        const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`);
        const answer = await text(socket.setEncoding('latin1'));

        const sizes = [...answer.matchAll(/\r\n([0-9a-f]+)\r\n/g)].map(([, size]) => Number.parseInt(size!, 16));
        expect(sizes.length).toBeGreaterThan(5);
        expect(Math.max(...sizes)).toBeLessThan(400 * 1024);
      },
    );

    it('of a usual size say how long they are', async () => {
      const answer = await app.get('/api/scroll?page[size]=2');

      expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)));
    });

    it('may be left by the client in the middle', async () => {
      for (let count = 0; count < 5; count += 1) {
        const sent = request(`${app.url}/api/scroll`);
        sent.end();
        const [incoming] = (await once(sent, 'response')) as [IncomingMessage];
        await once(incoming, 'readable');
        incoming.destroy();
      }

      expect((await app.get('/api/scroll')).at('/data/599/id')).toBe('600');
    });
  },
  { databases: ['sqlite'] },
);
