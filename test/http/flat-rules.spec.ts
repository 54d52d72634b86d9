/** Rows inside rows of flat JSON: validation with the path of each, listeners that hear of them, and hostile bodies. */
import { SetMetadata } from '@nestjs/common';
import { Expose } from 'class-transformer';
import { ArrayMinSize, IsOptional, MinLength } from 'class-validator';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  BeforeInsert,
  BeforeUpdate,
  Column,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';

const FLAT = 'application/json';

class TooLoud extends Error {
  readonly errors = { name: 'is too loud' };
}

@Entity()
@Resource()
class Band {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() @MinLength(2) name!: string;
  @Expose()
  @OneToMany(() => Player, (player) => player.band)
  @IsOptional()
  @ArrayMinSize(1)
  players!: Relation<Player>[];
}

@Entity()
@Resource({ validationExceptions: [TooLoud] })
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() @MinLength(2) name!: string;
  @Expose() @Column({ default: '' }) heard: string = '';
  @Expose() @ManyToOne(() => Band, (band) => band.players, { nullable: false }) band!: Relation<Band>;
  @OneToMany(() => Song, (song) => song.player) songs!: Relation<Song>[];
  @Expose({ groups: ['admin'] }) @Column({ default: 0 }) fee!: number;

  @BeforeInsert()
  @BeforeUpdate()
  listen(): void {
    if (this.name === 'LOUD') throw new TooLoud();
    this.heard += '!';
  }
}

/** Of no resource. */
@Entity()
class Song {
  @PrimaryColumn() title!: string;
  @ManyToOne(() => Player, (player) => player.songs) player!: Relation<Player>;
}

describeServers(
  (server) => {
    let app: TestApp;
    const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
      app.request(method, path, { headers: { Accept: FLAT, 'Content-Type': FLAT }, body });

    beforeAll(async () => {
      app = await server.start({
        entities: [Band, Player, Song],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
          RestlessModule.forFeature([Band, Player]),
        ],
      });
    });
    afterAll(() => app.close());

    it('names what is not valid by its path [VAL-01, VAL-02, VAL-03, VAL-06, VAL-07, VAL-08]', async () => {
      const short = 'name must be longer than or equal to 2 characters';
      const answers = [
        await send('POST', '/api/band', { name: 'x' }),
        await send('POST', '/api/band', { name: 'xx', players: [] }),
        await send('POST', '/api/band', { name: 'xx', players: [{ name: 'yy' }, { name: 'z' }] }),
        await send('POST', '/api/band', { name: 'xx', players: [{ name: 'LOUD' }] }),
        await send('POST', '/api/player', { name: 'xx', band: { name: 'z' } }),
        await send('POST', '/api/band', { players: [{}] }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
      expect(answers.map(({ body }) => body)).toEqual([
        { validation_errors: { name: short } },
        { validation_errors: { players: 'players must contain at least 1 elements' } },
        { validation_errors: { 'players.1.name': short } },
        { validation_errors: { 'players.0.name': '"name": is too loud' } },
        { validation_errors: { 'band.name': short } },
        { validation_errors: { name: short } },
      ]);
      expect((await app.get('/api/band', { Accept: FLAT })).at('/num_results')).toBe(0);
    });

    it('lets listeners hear of rows inside others, and sets columns that must not be null [CRE-06, RCL-08]', async () => {
      const band = await send('POST', '/api/band', { name: 'xx', players: [{ name: 'yy' }] });
      const id = band.at('/players/0/id');
      const path = `/api/band/${String(band.at('/id'))}`;
      const again = await send('PATCH', path, { players: { add: [{ id, name: 'zz' }] } });
      const out = await send('PATCH', path, { players: { remove: [{ id }] } });
      const deleted = await send('PATCH', path, { players: { remove: [{ id, __delete__: true }] } });

      expect([band.at('/players/0/heard'), again.at('/players/0/heard')]).toEqual(['!', '!!']);
      expect([out.status, deleted.status, deleted.at('/players')]).toEqual([400, 200, []]);
    });

    it('knows no fields that the viewer does not, and no entity without a resource [REL-05, CRE-03]', async () => {
      const answers = [
        await send('POST', '/api/band', { name: 'xx', players: [{ name: 'yy', fee: 3 }] }),
        await send('POST', '/api/player', { name: 'yy', songs: [{ title: 'x' }] }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([400, 400]);
      expect(answers[0]!.at('/message')).toBe(
        'Player has no attribute "fee". Fields: name, heard, band.'.replace('Player', 'player'),
      );
      expect(answers[1]!.at('/message')).toMatch(/player has no attribute "songs"/);
    });

    it('writes nothing inside others that guards of its own stand before [REL-05]', async () => {
      const options = { decorators: { POST: [SetMetadata('roles', ['admin'])] } };
      const guarded = await server.start({
        entities: [Band, Player, Song],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
          RestlessModule.forFeature([
            { entity: Band, guards: [{ canActivate: () => true }] },
            { entity: Player, ...options },
          ]),
        ],
      });
      const post = (path: string, body: unknown): Promise<Answer> =>
        guarded.request('POST', path, { headers: { Accept: FLAT, 'Content-Type': FLAT }, body });
      const [band, player, inside] = [
        await post('/api/band', { name: 'xx' }),
        await post('/api/band', { name: 'xx', players: [{ name: 'yy' }] }),
        await post('/api/player', { name: 'yy', band: { name: 'xx' } }),
      ];
      const linked = await post('/api/player', { name: 'yy', band: { id: 1 } });
      await guarded.close();

      expect([band.status, player.status, inside.status, linked.status]).toEqual([201, 403, 403, 201]);
      expect(player.body).toEqual({ message: 'A player cannot be created here.' });
    });

    const nested = (levels: number): string => '{"band":'.repeat(levels) + '{}' + '}'.repeat(levels);
    it.each<[words: string, path: string, body: string]>([
      [
        'rows inside rows inside rows',
        '/api/player',
        `{"name":"yy","band":${'{"players":[{"band":'.repeat(8)}null${'}]}'.repeat(8)}}`,
      ],
      ['thousands of levels', '/api/player', nested(5_000)],
      ['lists of lists', '/api/band', `{"name":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
      [
        'thousands of rows',
        '/api/band',
        `{"name":"xx","players":[${Array.from({ length: 20_000 }, () => '{}').join()}]}`,
      ],
      ['names of prototypes', '/api/band', '{"name":"xx","constructor":{"prototype":{"x":1}},"toString":[{}]}'],
      [
        'names of prototypes inside',
        '/api/band',
        '{"name":"xx","players":[{"hasOwnProperty":1,"valueOf":{"__delete__":true}}]}',
      ],
      ['a prototype', '/api/band', '{"name":"xx","__proto__":{"admin":true}}'],
      ['a prototype inside', '/api/band', '{"name":"xx","players":{"__proto__":[1]}}'],
      ['huge numbers', '/api/band', '{"id":1e999,"name":"xx"}'],
      ['a number with many digits as key', '/api/player', '{"name":"yy","band":{"id":123456789012345678901234567890}}'],
      ['a key of another kind', '/api/player', '{"name":"yy","band":{"id":{"$gt":0}}}'],
      ['an empty key', '/api/player', '{"name":"yy","band":{"id":""}}'],
      ['a lone surrogate', '/api/band', '{"name":"\\ud800","players":[{"\\udfff":1}]}'],
      ['a null byte', '/api/band', '{"name":"x\\u0000x","players":[{"name":"\\u0000\\u0000"}]}'],
    ])('refuses %s, and writes nothing [CRE-09, CRE-15]', async (_words, path, body) => {
      const before = (await app.get(path, { Accept: FLAT })).at('/num_results');
      const answer = await send('POST', path, body);

      expect([400, 403, 404, 413]).toContain(answer.status);
      expect(Object.keys(answer.body as object)).toEqual(['message']);
      expect((await app.get(path, { Accept: FLAT })).at('/num_results')).toBe(before);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    });
  },
  { databases: ['sqlite'] },
);
