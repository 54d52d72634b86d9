/** What class-validator's decorators and the application's own errors say of values: all of it at once, with its place. */
import { Expose } from 'class-transformer';
import {
  ArrayMaxSize,
  IsDefined,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  registerDecorator,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  BeforeInsert,
  BeforeUpdate,
  Column,
  DataSource,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  type UpdateEvent,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

/** Asks somebody else, as a decorator of an application may. */
function IsFree(): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name: 'isFree',
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: async (value) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return value !== 'taken';
        },
        defaultMessage: () => 'This title is taken.',
      },
    });
}

class Nutrition {
  @Min(0, { message: 'Calories are never negative.' })
  @Column({ type: 'int', default: 0 })
  calories!: number;

  @IsIn(['low', 'high'])
  @Column({ default: 'low' })
  sugar!: string;
}

@Entity()
@Resource()
class Cook {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Length(1, 10) @Column() name!: string;
}

@Entity()
@Resource()
class Recipe {
  @PrimaryGeneratedColumn() id!: number;

  @Expose() @IsFree() @MaxLength(10) @MinLength(2) @Matches(/^[a-z]/) @Column() title!: string;
  @Expose() @IsOptional() @IsInt() @Min(1) @Max(12) @Column({ type: 'int', default: 4 }) servings!: number;
  @Expose({ name: 'e-mail' }) @IsOptional() @IsEmail() @Column({ type: 'varchar', nullable: true }) mail!:
    string | null;
  @Expose() @IsDefined() @IsIn(['draft', 'done']) @Column() state!: string;

  /** Two groups, by what is done. */
  @Expose()
  @IsOptional()
  @IsIn(['draft'], { groups: ['create'] })
  @IsIn(['draft', 'done'], { groups: ['update'] })
  @Column({ default: 'draft' })
  stage!: string;
  @Expose() @IsOptional() @MaxLength(3, { always: true }) @Column({ default: '' }) code!: string;
  @Expose()
  @ValidateIf((recipe: Recipe) => recipe.state === 'done')
  @IsNotEmpty()
  @Column({ default: '' })
  summary!: string;
  @Expose() @ValidateNested() @Column(() => Nutrition) nutrition!: Nutrition;

  @Expose() @IsNotEmpty() @ManyToOne(() => Cook) cook!: Relation<Cook> | null;
  @Expose() @IsOptional() @ArrayMaxSize(1) @ManyToMany(() => Cook) @JoinTable() helpers!: Relation<Cook>[];

  /** A setter writes what decorators look at. */
  @Expose()
  get heading(): string {
    return this.title.toUpperCase();
  }

  set heading(text: string) {
    this.title = text.toLowerCase();
  }
}

/** What its constructor fills in is not valid, and nobody sees it. */
@Entity()
@Resource()
class Veiled {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Max(9) @Column({ type: 'int' }) rank = 10;
  @Max(9, { message: 'Too many today.' }) @Column({ type: 'int' }) quota = 10;
}

/** What the application throws itself: a map of messages, lists of them, one text, nothing but a message, nothing at all. */
class FieldsError extends Error {
  constructor(readonly errors: unknown) {
    super('never shown');
  }
}
class PlainError extends Error {}
class OtherError extends Error {}

const THROWN: Readonly<Record<string, () => Error>> = {
  map: () => new FieldsError({ word: 'is not welcome', secret: 'is odd' }),
  lists: () => new FieldsError({ word: ['is not welcome', 'is short'], size: 7 }),
  text: () => new FieldsError('Nothing is right.'),
  message: () => new PlainError('Not today.'),
  empty: () => new PlainError(),
  none: () => new FieldsError({}),
  brackets: () => new PlainError('Refused [word]: is not welcome'),
  descendant: () => new (class extends PlainError {})('Nor tomorrow.'),
  unlisted: () => new OtherError('about the inside'),
};

@Entity()
@Resource({ validationExceptions: [FieldsError, PlainError] })
class Word {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() word!: string;
  @Expose() @Column({ type: 'int', default: 1 }) size!: number;
  @Column({ default: '' }) secret!: string;

  @BeforeInsert()
  @BeforeUpdate()
  check(): void {
    if (this.word in THROWN) throw THROWN[this.word]!();
  }
}

/** Throws as well, and nobody has listed the class. */
@Entity()
@Resource()
class Quiet {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() word!: string;

  @BeforeInsert()
  check(): void {
    if (this.word in THROWN) throw THROWN[this.word]!();
  }
}

/** Checked by a subscriber. */
@Entity()
@Resource({ validationExceptions: [FieldsError], validationStatus: 422 })
class Watched {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @MinLength(2) @Column() word!: string;
}

@EventSubscriber()
class Watcher implements EntitySubscriberInterface<Watched> {
  listenTo(): typeof Watched {
    return Watched;
  }

  afterInsert({ entity }: InsertEvent<Watched>): void {
    this.check(entity.word);
  }

  afterUpdate({ entity }: UpdateEvent<Watched>): void {
    this.check((entity as Watched).word);
  }

  private check(word: string): void {
    if (word === 'late') throw new FieldsError({ word: 'comes too late' });
  }
}

const ENTITIES = [Cook, Recipe, Veiled, Word, Quiet, Watched];

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch, send } = writing(() => app);
    const cook = { data: { type: 'cook', id: '1' } };
    const good = { title: 'soup', state: 'draft' };

    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        dataSource: { subscribers: [Watcher] },
        configure: (nest) => nest.useLogger(false),
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH'], allowToManyReplacement: true }),
          RestlessModule.forFeature(ENTITIES),
        ],
        seed: async ({ manager }) => {
          await manager.insert(Cook, { name: 'Ann' });
          await manager.insert(Cook, { name: 'Ben' });
          await manager.insert(Recipe, { ...good, cook: { id: 1 } });
          await manager.insert(Word, { word: 'first' });
          await manager.insert(Watched, { word: 'first' });
        },
      });
    });
    afterAll(() => app.close());

    const create = (attributes: object, relationships: object = { cook }) =>
      post('/api/recipe', { type: 'recipe', attributes, relationships });
    const change = (attributes: object, relationships: object = {}) =>
      patch('/api/recipe/1', { type: 'recipe', id: '1', attributes, relationships });
    const details = (answer: { at(pointer: string): unknown }) => answer.at('/errors/*/detail');
    const count = (entity: typeof Recipe | typeof Word | typeof Watched = Recipe) =>
      app.app.get(DataSource).getRepository(entity).count();

    describe('class-validator', () => {
      it('is content: the resource is written [VAL-01]', async () => {
        const answer = await create({
          ...good,
          servings: 2,
          'e-mail': 'a@b.org',
          nutrition: { calories: 3, sugar: 'high' },
        });

        expect(answer.status).toBe(201);
        expect(answer.at('/data/attributes')).toMatchObject({ ...good, servings: 2, 'e-mail': 'a@b.org' });
      });

      it('tells all failures at once, each with its place, and nothing is written [VAL-06, VAL-07, VAL-08, VAL-09, #15]', async () => {
        const before = await count();
        const answer = await create({
          title: 'X',
          servings: 0,
          'e-mail': 'nobody',
          state: 'lost',
          nutrition: { calories: -1, sugar: 'some' },
        });

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0')).toEqual({
          status: '400',
          code: 'VALIDATION',
          title: 'Validation error',
          detail: expect.any(String),
          source: { pointer: '/data/attributes/title' },
        });
        expect(faults(answer).slice().sort()).toEqual([
          '400 VALIDATION /data/attributes/e-mail',
          '400 VALIDATION /data/attributes/nutrition/calories',
          '400 VALIDATION /data/attributes/nutrition/sugar',
          '400 VALIDATION /data/attributes/servings',
          '400 VALIDATION /data/attributes/state',
          '400 VALIDATION /data/attributes/title',
          '400 VALIDATION /data/attributes/title',
        ]);
        expect(details(answer)).toEqual(
          expect.arrayContaining([
            'title must be longer than or equal to 2 characters',
            'title must match /^[a-z]/ regular expression',
            'servings must not be less than 1',
            'Calories are never negative.',
          ]),
        );
        expect(await count()).toBe(before);
      });

      it('comes after the columns: what no column can hold is told alone [VAL-06]', async () => {
        const answer = await create({ title: 5, servings: 0 });

        expect(faults(answer)).toEqual(['400 BAD_VALUE /data/attributes/title']);
      });

      it('is waited for [VAL-01]', async () => {
        const answer = await create({ ...good, title: 'taken' });

        expect(details(answer)).toEqual(['This title is taken.']);
      });

      it('points at the parent of what is missing [VAL-09, JA-77]', async () => {
        const some = await create({ title: 'soup' });
        const none = await send('POST', '/api/recipe', { data: { type: 'recipe', relationships: { cook } } });
        const inner = await create({ ...good, nutrition: {} }, { cook: { data: null } });

        expect(faults(some)).toEqual(['400 VALIDATION /data/attributes', '400 VALIDATION /data/attributes']);
        expect(new Set(faults(none))).toEqual(new Set(['400 VALIDATION /data']));
        expect(faults(inner)).toEqual(['400 VALIDATION /data/relationships/cook']);
      });

      it('looks at what a PATCH sends, and at nothing else [VAL-07, JA-61, FJS-03]', async () => {
        const one = await change({ servings: 3 });
        const wrong = await change({ servings: 13 });
        const none = await change({});

        expect([one.status, wrong.status, none.status]).toEqual([200, 400, 200]);
        expect(faults(wrong)).toEqual(['400 VALIDATION /data/attributes/servings']);
        expect((await get('/api/recipe/1')).at('/data/attributes/servings')).toBe(3);
      });

      it('looks at null where a PATCH sends it [VAL-07]', async () => {
        const mail = await change({ 'e-mail': null });
        const cookless = await change({ servings: 5 }, { cook: { data: null } });

        expect(mail.status).toBe(200);
        expect(faults(cookless)).toEqual(['400 VALIDATION /data/relationships/cook']);
        expect((await get('/api/recipe/1')).at('/data/attributes/servings')).toBe(3);
        expect((await get('/api/recipe/1/relationships/cook')).at('/data/id')).toBe('1');
      });

      it('looks at parts of embedded objects in a PATCH [VAL-07]', async () => {
        const good = await change({ nutrition: { calories: 5 } });
        const bad = await change({ nutrition: { sugar: 'lots' } });

        expect(good.status).toBe(200);
        expect(faults(bad)).toEqual(['400 VALIDATION /data/attributes/nutrition/sugar']);
      });

      it('has a group for creating and one for changing [VAL-07]', async () => {
        const created = await create({ ...good, stage: 'done', code: 'long' });
        const changed = await change({ stage: 'done' });
        const wrong = await change({ stage: 'over', code: 'long' });

        expect(faults(created).slice().sort()).toEqual([
          '400 VALIDATION /data/attributes/code',
          '400 VALIDATION /data/attributes/stage',
        ]);
        expect(changed.status).toBe(200);
        expect(faults(wrong).slice().sort()).toEqual([
          '400 VALIDATION /data/attributes/code',
          '400 VALIDATION /data/attributes/stage',
        ]);
      });

      it('may look at other fields [VAL-07]', async () => {
        const done = await create({ ...good, state: 'done', summary: '' });
        const draft = await create({ ...good, state: 'draft', summary: '' });

        expect(faults(done)).toEqual(['400 VALIDATION /data/attributes/summary']);
        expect(draft.status).toBe(201);
      });

      it('looks at relationships, to many as well [VAL-07]', async () => {
        const two = { data: ['1', '2'].map((id) => ({ type: 'cook', id })) };
        const created = await create(good, { cook, helpers: two });
        const changed = await change({}, { helpers: two });
        const replaced = await patch('/api/recipe/1/relationships/helpers', two.data);
        const one = await change({}, { helpers: { data: [{ type: 'cook', id: '2' }] } });

        expect(faults(created)).toEqual(['400 VALIDATION /data/relationships/helpers']);
        expect(faults(changed)).toEqual(['400 VALIDATION /data/relationships/helpers']);
        expect(faults(replaced)).toEqual(['400 VALIDATION /data']);
        expect(one.status).toBe(200);
        expect((await get('/api/recipe/1/relationships/helpers')).at('/data/*/id')).toEqual(['2']);
      });

      it('looks at what setters have written [VAL-07, MAP-03]', async () => {
        const created = await create({ state: 'draft', heading: 'FAR TOO LONG A TITLE' });
        const changed = await change({ heading: 'FAR TOO LONG A TITLE' });
        const fine = await change({ heading: 'STEW' });

        expect([created.status, changed.status, fine.status]).toEqual([400, 400, 200]);
        expect(fine.at('/data/attributes/title')).toBe('stew');
      });

      it.each([5, null, { toLowerCase: 'x' }])(
        'is not needed to refuse what a setter cannot read: %j [MAP-03]',
        async (heading) => {
          const expected = ['400 BAD_VALUE /data/attributes/heading'];

          expect(faults(await create({ state: 'draft', heading }))).toEqual(expected);
          expect(faults(await change({ heading }))).toEqual(expected);
        },
      );

      it('does not name a field that the viewer does not see [VAL-09]', async () => {
        const answer = await post('/api/veiled', { type: 'veiled', attributes: { title: 'x' } });

        expect(answer.at('/errors')).toEqual(
          ['The values are not valid.', 'Too many today.'].map((detail) => ({
            status: '400',
            code: 'VALIDATION',
            title: 'Validation error',
            detail,
          })),
        );
      });
    });

    describe('an error of the application', () => {
      const write = (word: string) => post('/api/word', { type: 'word', attributes: { word } });
      const rewrite = (word: string) => patch('/api/word/1', { type: 'word', id: '1', attributes: { word } });

      it.each<[name: string, errors: [detail: string, pointer?: string][]]>([
        ['map', [['"word": is not welcome', '/data/attributes/word'], ['The values are not valid.']]],
        [
          'lists',
          [
            ['"word": is not welcome', '/data/attributes/word'],
            ['"word": is short', '/data/attributes/word'],
            ['"size": 7', '/data/attributes'],
          ],
        ],
        ['text', [['Nothing is right.']]],
        ['message', [['Not today.']]],
        ['empty', [['The values are not valid.']]],
        ['none', [['The values are not valid.']]],
        ['descendant', [['Nor tomorrow.']]],
        ['brackets', [['Refused [word]: is not welcome']]],
      ])(
        'is forwarded if its class is listed: %s [VAL-01, VAL-02, VAL-06, VAL-07, VAL-08, VAL-09, VAL-10, VAL-11]',
        async (name, errors) => {
          const before = await count(Word);
          const answers = [await write(name), await rewrite(name)];

          for (const answer of answers) {
            expect(answer.status).toBe(400);
            expect(answer.at('/errors')).toEqual(
              errors.map(([detail, pointer]) => ({
                status: '400',
                code: 'VALIDATION',
                title: 'Validation error',
                detail,
                ...(pointer === undefined ? {} : { source: { pointer } }),
              })),
            );
          }
          expect(await count(Word)).toBe(before);
          expect((await get('/api/word/1')).at('/data/attributes/word')).toBe('first');
        },
      );

      it.each<[name: string, errors: unknown]>([
        ['map', { word: '"word": is not welcome' }],
        ['lists', { word: '"word": is not welcome; "word": is short', size: '"size": 7' }],
        ['text', 'Nothing is right.'],
        ['message', 'Not today.'],
        ['none', 'The values are not valid.'],
        // No field is looked for in a text.
        ['brackets', 'Refused [word]: is not welcome'],
      ])(
        'is a map by field in flat JSON, or a text where it has none: %s [VAL-02, VAL-03, VAL-04, VAL-05]',
        async (word, errors) => {
          const types = { 'Content-Type': 'application/json' };
          const created = await app.request('POST', '/api/word', { headers: types, body: { word } });
          const changed = await app.request('PATCH', '/api/word/1', { headers: types, body: { word } });

          for (const answer of [created, changed]) {
            expect([answer.status, answer.body]).toEqual([400, { validation_errors: errors }]);
          }
        },
      );

      it('is a 500 without its words if its class is not listed, and nothing is written [VAL-01]', async () => {
        const answers = [
          await write('unlisted'),
          await rewrite('unlisted'),
          await post('/api/quiet', { type: 'quiet', attributes: { word: 'map' } }),
        ];

        for (const answer of answers) {
          expect(answer.status).toBe(500);
          expect(answer.at('/errors/*/detail')).toEqual(['The server failed to answer this request.']);
          expect(answer.text).not.toMatch(/inside|welcome/);
        }
        expect((await get('/api/quiet')).at('/data')).toEqual([]);
        expect((await get('/api/word/1')).at('/data/attributes/word')).toBe('first');
      });

      it('may come from a subscriber, after the row was written: it is taken back [VAL-01, VAL-08]', async () => {
        const before = await count(Watched);
        const created = await post('/api/watched', { type: 'watched', attributes: { word: 'late' } });
        const changed = await patch('/api/watched/1', { type: 'watched', id: '1', attributes: { word: 'late' } });

        for (const answer of [created, changed]) expect(details(answer)).toEqual(['"word": comes too late']);
        expect(await count(Watched)).toBe(before);
        expect((await get('/api/watched/1')).at('/data/attributes/word')).toBe('first');
      });

      it('has the status that the option validationStatus says, as failures of decorators have [VAL-12, FJE-05, #15, contradiction 31]', async () => {
        const own = await post('/api/watched', { type: 'watched', attributes: { word: 'late' } });
        const decorated = await post('/api/watched', { type: 'watched', attributes: { word: 'x' } });
        const column = await post('/api/watched', { type: 'watched', attributes: { word: 5 } });

        expect([own.status, decorated.status, column.status]).toEqual([422, 422, 400]);
        expect(decorated.at('/errors')).toEqual([
          {
            status: '422',
            code: 'UNPROCESSABLE',
            title: 'Validation error',
            detail: 'word must be longer than or equal to 2 characters',
            source: { pointer: '/data/attributes/word' },
          },
        ]);
      });
    });
  },
  { adapters: ['express'] },
);
