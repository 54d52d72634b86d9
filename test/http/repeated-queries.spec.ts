/**
 * A query string that comes again is neither decoded nor checked again, and is answered as if it were: for other ids,
 * other viewers, other scopes, and once somebody wants to see the request.
 */
import { Expose } from 'class-transformer';
import { getRestlessServiceToken, Resource, RestlessModule, type RestlessService } from 'nestjs-restless';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type DataSource, type Relation } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'DELETE'] })
class Letter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() subject!: string;
  @Expose({ groups: ['clerk'] }) @Column({ default: 'low' }) price!: string;
  @Expose() @OneToMany(() => Stamp, (stamp) => stamp.letter) stamps!: Relation<Stamp>[];
}

@Entity()
@Resource({ scope: ({ request }) => ({ name: 'owner', op: 'eq', val: who(request) ?? 'nobody' }) })
class Stamp {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() owner!: string;
  @Expose() @ManyToOne(() => Letter, (letter) => letter.stamps) letter!: Relation<Letter> | null;
}

const who = (request: unknown): string | undefined =>
  (request as { headers: Record<string, string | undefined> }).headers['who'];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Letter, [{ subject: 'one' }, { subject: 'two' }, { subject: 'three' }]);
  await manager.insert(Stamp, [
    { owner: 'ada', letter: { id: 1 } },
    { owner: 'bob', letter: { id: 1 } },
  ]);
}

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: [Letter, Stamp],
        imports: [
          RestlessModule.forRoot({
            prefix: 'api',
            groups: (request) => [who(request)].filter((name) => name !== undefined),
          }),
          RestlessModule.forFeature([
            Letter,
            Stamp,
            { entity: Letter, prefix: 'walk', pagination: 'cursor', pageSize: 1 },
          ]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    it('finds the id of each request', async () => {
      for (const id of ['1', '2', '3', '2']) {
        expect((await app.get(`/api/letter/${id}?fields[letter]=subject`)).at('/data/id')).toBe(id);
      }
      expect((await app.get('/api/letter/4?fields[letter]=subject')).status).toBe(404);
      expect((await app.get('/api/letter/x?fields[letter]=subject')).status).toBe(404);
    });

    it('finds the parent of each request', async () => {
      for (let again = 0; again < 2; again++) {
        expect((await app.get('/api/letter/1/stamps', { who: 'ada' })).at('/data/*/id')).toEqual(['1']);
        expect((await app.get('/api/letter/2/stamps', { who: 'ada' })).at('/data/*/id')).toEqual([]);
        expect((await app.get('/api/letter/1/relationships/stamps', { who: 'bob' })).at('/data/*/id')).toEqual(['2']);
        expect((await app.get('/api/letter/9/stamps', { who: 'ada' })).status).toBe(404);
      }
    });

    it('shows each viewer the fields of their groups', async () => {
      for (let again = 0; again < 2; again++) {
        const [plain, clerk] = [await app.get('/api/letter/1'), await app.get('/api/letter/1', { who: 'clerk' })];
        expect(plain.at('/data/attributes')).toEqual({ subject: 'one' });
        expect(clerk.at('/data/attributes')).toEqual({ subject: 'one', price: 'low' });
        expect((await app.get('/api/letter?sort=price')).status).toBe(400);
        expect((await app.get('/api/letter?sort=price', { who: 'clerk' })).status).toBe(200);
      }
    });

    it('shows each writer the fields of their groups in the answer', async () => {
      const body = JSON.stringify({ data: { type: 'letter', attributes: { subject: 'new' } } });
      const type = { 'content-type': 'application/vnd.api+json' };
      const make = (path: string, headers = {}): Promise<Answer> =>
        app.request('POST', path, { headers: { ...type, ...headers }, body });
      for (let again = 0; again < 2; again++) {
        const [plain, clerk] = [await make('/api/letter'), await make('/api/letter', { who: 'clerk' })];
        expect(plain.at('/data/attributes')).toEqual({ subject: 'new' });
        expect(clerk.at('/data/attributes')).toEqual({ subject: 'new', price: 'low' });
        expect(clerk.at('/data/id')).not.toBe(plain.at('/data/id'));
        const few = await make('/api/letter?fields[letter]=price', { who: 'clerk' });
        expect(few.at('/data/attributes')).toEqual({ price: 'low' });
        expect((await make('/api/letter?fields[letter]=nothing')).status).toBe(400);
      }
      for (const { id } of (await app.get('/api/letter?filter[subject]=new')).at('/data') as { id: string }[])
        expect((await app.request('DELETE', `/api/letter/${id}`)).status).toBe(204);
    });

    it('asks for the scope of each request', async () => {
      for (const [name, ids] of [
        ['ada', ['1']],
        ['bob', ['2']],
        ['eve', []],
        ['ada', ['1']],
      ] as const) {
        expect((await app.get('/api/stamp', { who: name })).at('/data/*/id')).toEqual(ids);
        expect((await app.get('/api/letter/1?include=stamps', { who: name })).at('/included/*/id')).toEqual(ids);
      }
    });

    it('answers each format its own way', async () => {
      for (let again = 0; again < 2; again++) {
        expect((await app.get('/api/letter/1', { accept: 'application/json' })).at('/subject')).toBe('one');
        expect((await app.get('/api/letter/1')).at('/data/attributes/subject')).toBe('one');
      }
    });

    it('opens the cursor of each request', async () => {
      const seen: unknown[] = [];
      const path = '/walk/letter?sort=subject';
      const next = async (from: string): Promise<string | null> => {
        const page = await app.get(from);
        seen.push(page.at('/data/*/attributes/subject'));
        return page.at('/links/next') as string | null;
      };
      const walk = async (): Promise<string[]> => {
        const pages: string[] = [];
        for (let at: string | null = path; at !== null; at = await next(at)) pages.push(at);
        return pages;
      };
      const [, second, third] = await walk();
      await walk();
      expect(seen).toEqual([['one'], ['three'], ['two'], ['one'], ['three'], ['two']]);

      const back = (await app.get(third!)).at('/links/prev') as string;
      for (let again = 0; again < 2; again++) {
        expect((await app.get(back)).at('/data/*/attributes/subject')).toEqual(['three']);
        expect((await app.get(second!.replace('sort=subject', 'sort=-subject'))).status).toBe(400);
        expect((await app.get(second!.replace(/.(?=&|$)/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(400);
        expect((await app.get(`${path}&page%5Bafter%5D=`)).status).toBe(400);
        expect((await app.get(`${path}&page%5Bafter%5D=%20`)).status).toBe(400);
        expect((await app.get(`${second!}&page%5Bbefore%5D=${third!.split('=').at(-1)!}`)).status).toBe(200);
      }
    });

    it('counts pages anew', async () => {
      const page = async (): Promise<unknown> => (await app.get('/api/letter?page[size]=2')).at('/meta/total');
      expect(await page()).toBe(3);
      await app.app.get<RestlessService<Letter>>(getRestlessServiceToken(Letter)).create({ subject: 'four' });
      expect(await page()).toBe(4);
    });

    it('lets a preprocessor see what came before without it', async () => {
      const ids = async (): Promise<unknown> => (await app.get('/api/letter?page[size]=1')).at('/data/*/id');
      expect([await ids(), await ids()]).toEqual([['1'], ['1']]);

      const service = app.app.get<RestlessService<Letter>>(getRestlessServiceToken(Letter));
      service.preprocess('GET_COLLECTION', (context) => {
        context.filters.push({ name: 'subject', op: 'eq', val: 'two' });
      });

      expect([await ids(), await ids()]).toEqual([['2'], ['2']]);
    });
  },
  { databases: ['sqlite'] },
);
