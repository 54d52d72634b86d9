/** Values of a body reach columns of every type as they are, or not at all: what does not fit is told before a driver sees it. */
import { Expose, Transform } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type ColumnType, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import type { DatabaseKind } from '../support/databases.js';
import { faults, writing } from '../support/writing.js';

enum Mood {
  Calm = 'calm',
  Wild = 'wild',
}

enum Level {
  Low = 1,
  High = 10,
}

/** Entity values of other kinds than the columns'. */
const UPPER = {
  to: (value: string | null) => value?.toUpperCase() ?? null,
  from: (value: string | null) => value?.toLowerCase() ?? null,
};
const NUMBER = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
const SECONDS = {
  to: (value: { seconds: number } | null) => value?.seconds ?? null,
  from: (value: number | null) => (value === null ? null : { seconds: Number(value) }),
};
const SAME = { to: (value: unknown) => value, from: (value: unknown) => value };
const YES_NO = {
  to: (value: boolean | null) => (value === null ? null : value ? 'Y' : 'N'),
  from: (value: string | null) => (value === null ? null : value === 'Y'),
};

class Place {
  @Column({ type: 'varchar', length: 5, nullable: true }) city!: string | null;
  @Column({ type: 'int', nullable: true }) floor!: number | null;
  @Column({ type: 'date', nullable: true }) since!: string | null;
}

class Contact {
  @Column({ default: 'nobody' }) mail!: string;
  @Column(() => Place) place!: Place;
}

/** One column of every type that all databases have; three types have names of their own on each. */
function entityOn(kind: DatabaseKind) {
  const bytes: ColumnType = kind === 'postgres' ? 'bytea' : 'blob';
  const datetime: ColumnType = kind === 'postgres' ? 'timestamptz' : 'datetime';

  @Entity('sample')
  @Resource({ expose: 'all', methods: ['GET', 'POST', 'PATCH'] })
  class Sample {
    @PrimaryGeneratedColumn() id!: number;
    @Column({ type: 'varchar', length: 10, nullable: true }) short!: string | null;
    @Column({ type: 'text', nullable: true }) long!: string | null;
    @Column({ type: 'int', nullable: true }) whole!: number | null;
    @Column({ type: 'bigint', nullable: true }) big!: string | null;
    @Column({ type: 'decimal', precision: 12, scale: 2, nullable: true }) price!: string | null;
    @Column({ type: 'double precision', nullable: true }) float!: number | null;
    @Column({ type: 'boolean', nullable: true }) flag!: boolean | null;
    @Column({ type: 'date', nullable: true }) day!: string | null;
    @Column({ type: 'time', nullable: true }) hour!: string | null;
    @Column({ type: datetime, precision: 3, nullable: true }) moment!: Date | null;
    @Column({ type: 'simple-enum', enum: Mood, nullable: true }) mood!: Mood | null;
    @Column({ type: 'simple-enum', enum: Level, nullable: true }) level!: Level | null;
    @Column({ type: 'simple-json', nullable: true }) tree!: unknown;
    @Column({ type: 'json', nullable: true }) json!: unknown;
    @Column({ type: 'simple-array', nullable: true }) list!: string[] | null;
    @Column({ type: bytes, nullable: true }) bytes!: Buffer | null;
    @Column({ type: 'uuid', nullable: true }) uuid!: string | null;

    @Column({ type: 'varchar', length: 5, nullable: true, transformer: UPPER }) loud!: string | null;
    @Column({ type: 'decimal', precision: 8, scale: 2, nullable: true, transformer: NUMBER }) number!: number | null;
    @Column({ type: 'int', nullable: true, transformer: SECONDS }) wrapped!: { seconds: number } | null;
    @Column({ type: 'varchar', nullable: true, transformer: SAME }) same!: unknown;
    @Column({ type: 'varchar', length: 1, nullable: true, transformer: YES_NO }) agreed!: boolean | null;

    @Transform(({ value }) => (typeof value === 'string' ? value.trim() : (value as unknown)), { toClassOnly: true })
    @Column({ type: 'varchar', length: 10, nullable: true })
    trimmed!: string | null;

    @Transform(({ value }) => new Date((value as number) * 1000), { toClassOnly: true })
    @Transform(({ value }) => (value as Date).getTime() / 1000, { toPlainOnly: true })
    @Column({ type: datetime, precision: 3, default: '2000-01-01 00:00:00' })
    epoch!: Date;

    @Transform(({ value }) => (value as string).split('-').reverse().join('-'))
    @Column({ type: 'varchar', length: 10, default: '' })
    reversed!: string;

    @Column({ default: 'x' }) required!: string;
    @Column({ type: 'date', default: '2000-01-01' }) dueDay!: string;
    @Column(() => Contact) contact!: Contact;
  }
  return Sample;
}

describeServers(
  (server) => {
    const Sample = entityOn(server.database.kind);
    let app: TestApp;
    const { get, post, patch, send } = writing(() => app);
    const count = () => app.app.get(DataSource).getRepository(Sample).count();

    beforeAll(async () => {
      app = await server.start({
        entities: [Sample],
        imports: [RestlessModule.forFeature([Sample])],
        seed: ({ manager }) => manager.save(Sample, { short: 'old' }),
      });
    });
    afterAll(() => app.close());

    /** Writes a value by POST and by PATCH, and gives back what both can be read as. */
    async function written(name: string, json: string): Promise<unknown> {
      const data = (id: string) => `{"data":{"type":"sample"${id},"attributes":{${JSON.stringify(name)}:${json}}}}`;
      const created = await send('POST', '/api/sample', data(''));
      expect([created.status, created.at('/errors')]).toEqual([201, undefined]);
      const patched = await send('PATCH', '/api/sample/1', data(',"id":"1"'));
      expect([patched.status, patched.at('/errors')]).toEqual([204, undefined]);

      const read = async (url: string) => (await get(`${url}?fields[sample]=${name}`)).at(`/data/attributes/${name}`);
      const first = await read(created.headers.location!);
      expect(created.at(`/data/attributes/${name}`)).toEqual(first);
      expect(await read('/api/sample/1')).toEqual(first);
      return first;
    }

    it.each<[name: string, json: string, ...read: unknown[]]>([
      ['short', '"Zoë 🦊\\"\\\\\\n"'],
      ['short', '""'],
      ['short', '"          "'],
      ['short', '"🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊"'],
      ['short', '"LOCALTIME"'],
      ['long', '"CURRENT_TIMESTAMP"'],
      ['long', `"'; DROP TABLE sample; --"`],
      ['long', '"null"'],
      ['whole', '-2147483648'],
      ['whole', '2147483647'],
      ['whole', '0'],
      ['whole', '"21"', 21],
      ['whole', '5.0', 5],
      ['whole', '1e3', 1000],
      ['big', '9223372036854775807', '9223372036854775807'],
      ['big', '-9223372036854775808', '-9223372036854775808'],
      ['big', '9007199254740993', '9007199254740993'],
      ['big', '"9007199254740993"', '9007199254740993'],
      ['big', '7', '7'],
      ['price', '12.5', '12.50'],
      ['price', '"1234567890.99"', '1234567890.99'],
      ['price', '-0.05', '-0.05'],
      ['price', '1e3', '1000.00'],
      ['price', '"0.10"', '0.10'],
      ['price', '7.100', '7.10'],
      ['float', '0.1'],
      ['float', '-1e21'],
      ['float', '"2.5"', 2.5],
      ['flag', 'true'],
      ['flag', 'false'],
      ['day', '"2024-02-29"'],
      ['day', '"2024-02-29T23:59:59Z"', '2024-02-29'],
      ['day', '"9999-12-31T23:59:59-05:00"', '9999-12-31'],
      ['day', '" 2024-02-29 "', '2024-02-29'],
      ['hour', '"13:45:30"'],
      ['hour', '"13:45"', '13:45:00'],
      ['hour', '"2024-02-29T23:59:59+02:00"', '23:59:59'],
      ['moment', '"2024-02-29T12:34:56.789Z"'],
      ['moment', '"2024-02-29T12:34:56.789+01:00"', '2024-02-29T11:34:56.789Z'],
      ['moment', '"2024-02-29T12:34:56"', '2024-02-29T12:34:56.000Z'],
      ['moment', '"2024-02-29 12:34"', '2024-02-29T12:34:00.000Z'],
      ['moment', '"2024-02-29"', '2024-02-29T00:00:00.000Z'],
      ['moment', '"9999-12-31T23:59:59Z"', '9999-12-31T23:59:59.000Z'],
      ['moment', '"0100-01-01T00:00:00-01:00"', '0100-01-01T01:00:00.000Z'],
      ['mood', '"wild"'],
      ['level', '10'],
      ['tree', '{"a":[1,{"b":null}],"c d":"é"}'],
      ['tree', '"text"'],
      ['json', '[true,1.5,"x",{"y":[]}]'],
      ['json', '{}'],
      ['json', '"text"'],
      ['json', 'false'],
      ['json', '0'],
      ['json', '{"constructor":{"prototype":{"x":1}}}'],
      ['list', '["one","two"]'],
      ['list', '[]'],
      ['list', '["",""]'],
      ['bytes', '"AP8QIA=="'],
      ['bytes', '""'],
      ['uuid', '"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ['loud', '"abc"'],
      ['number', '12.25'],
      ['wrapped', '{"seconds":90}'],
      ['same', '"text"'],
      ['agreed', 'true'],
      ['agreed', 'false'],
      ['trimmed', '"   0123456789   "', '0123456789'],
      ['epoch', '86400'],
      ['reversed', '"a-b-c"'],
    ])(
      'writes %s: %s [CRE-17, UPD-07, DAT-01, DAT-02, DAT-03, SER-16, SER-17, SER-18]',
      async (name, json, ...read) => {
        expect(await written(name, json)).toEqual(read.length === 0 ? JSON.parse(json) : read[0]);
      },
    );

    it.each([
      'short',
      'whole',
      'price',
      'flag',
      'day',
      'moment',
      'mood',
      'json',
      'list',
      'bytes',
      'uuid',
      'loud',
      'same',
    ])('writes null into %s [DAT-05]', async (name) => {
      expect(await written(name, 'null')).toBeNull();
    });

    it.each(['day', 'hour', 'moment'])('writes null into %s for a blank text [DAT-04]', async (name) => {
      expect(await written(name, '""')).toBeNull();
      expect(await written(name, '" \\t "')).toBeNull();
    });

    it.each([
      ['day', 'CURRENT_DATE'],
      ['day', 'CURRENT_TIMESTAMP'],
      ['moment', 'CURRENT_TIMESTAMP'],
      ['moment', 'LOCALTIMESTAMP'],
      ['moment', 'CURRENT_DATE'],
      ['hour', 'LOCALTIMESTAMP'],
    ])('writes the time of the database into %s for %s [DAT-06]', async (name, word) => {
      const created = await post('/api/sample', { type: 'sample', attributes: { [name]: word } });
      const patched = await patch('/api/sample/1', { type: 'sample', id: '1', attributes: { [name]: word } });
      const value = created.at(`/data/attributes/${name}`) as string;

      expect([created.status, patched.status]).toEqual([201, 204]);
      const now = new Date();
      if (name === 'hour') expect(value).toMatch(/^\d\d:\d\d:\d\d(\.\d+)?$/);
      else if (name === 'day' || word === 'CURRENT_DATE')
        expect(now.getTime() - new Date(value).getTime()).toBeLessThan(864e5 + 6e4);
      else expect(Math.abs(now.getTime() - new Date(value).getTime())).toBeLessThan(60_000);
      if (name === 'moment' && word === 'CURRENT_DATE') expect(value).toMatch(/T00:00:00\.000Z$/);
      expect((await get('/api/sample/1')).at(`/data/attributes/${name}`)).not.toBeNull();
    });

    it.each([['current_timestamp'], ['CURRENT_TIME'], ['now'], ['today'], ['NOW()']])(
      'knows no other word for it: %s [DAT-06, DAT-10]',
      async (word) => {
        const answer = await post('/api/sample', { type: 'sample', attributes: { moment: word } });

        expect(faults(answer)).toEqual(['400 BAD_VALUE /data/attributes/moment']);
      },
    );

    it.each<[name: string, json: string, expected: string]>([
      ['short', '"01234567890"', 'a text of at most 10 characters'],
      ['short', '"🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊"', 'a text of at most 10 characters'],
      ['short', '5', 'a text'],
      ['short', 'true', 'a text'],
      ['short', '{"a":1}', 'a text'],
      ['short', '["a"]', 'a text'],
      ['short', '"a\\u0000b"', 'a text without NUL characters'],
      ['short', '"\\ud800"', 'well-formed Unicode, without lone surrogates'],
      ['whole', '1.5', 'a whole number'],
      ['whole', '9007199254740993', 'a whole number'],
      ['whole', '"many"', 'a whole number'],
      ['whole', '""', 'a whole number'],
      ['whole', 'true', 'a whole number'],
      ['whole', '{"seconds":1}', 'a whole number'],
      ['whole', '[1]', 'a whole number'],
      ['big', '9223372036854775808', 'a whole number of at most 64 bits'],
      ['big', '1.5', 'a whole number'],
      ['big', '{}', 'a whole number'],
      ['price', '1.005', 'a number of at most 10 digits before and 2 after the point'],
      ['price', '10000000000', 'a number of at most 10 digits before and 2 after the point'],
      ['price', '"12,50"', 'a number'],
      ['price', '"NaN"', 'a number'],
      ['price', 'true', 'a number'],
      ['price', '["1"]', 'a number'],
      ['float', '1e400', 'a number'],
      ['float', '"Infinity"', 'a number'],
      ['float', 'false', 'a number'],
      ['float', '{}', 'a number'],
      ['flag', '1', 'true or false'],
      ['flag', '"true"', 'true or false'],
      ['flag', '{}', 'true or false'],
      ['day', '"2023-02-29"', 'a date such as 2024-02-29'],
      ['day', '"29.02.2024"', 'a date such as 2024-02-29'],
      ['day', '"tomorrow"', 'a date such as 2024-02-29'],
      ['day', '1709164800000', 'a date such as 2024-02-29'],
      ['day', '{"clock":"CURRENT_DATE"}', 'a date such as 2024-02-29'],
      ['hour', '"24:00:00"', 'a time such as 13:45:00'],
      ['hour', '"1pm"', 'a time such as 13:45:00'],
      ['hour', '"13:45:00+02"', 'a time such as 13:45:00'],
      ['hour', '"2024-02-29"', 'a time such as 13:45:00'],
      ['moment', '"2024-02-30T00:00:00Z"', 'a date-time such as 2024-02-29T13:45:00Z'],
      ['moment', '"2024-02-29T25:00:00Z"', 'a date-time such as 2024-02-29T13:45:00Z'],
      ['moment', '"9999-12-31T23:59:59-05:00"', 'a date-time of the years 0 to 9999'],
      ['moment', '"0000-01-01T00:00:00+01:00"', 'a date-time of the years 0 to 9999'],
      ['moment', '"yesterday"', 'a date-time such as 2024-02-29T13:45:00Z'],
      ['moment', '0', 'a date-time such as 2024-02-29T13:45:00Z'],
      ['moment', '{}', 'a date-time such as 2024-02-29T13:45:00Z'],
      ['mood', '"sad"', 'one of calm, wild'],
      ['mood', '"Wild"', 'one of calm, wild'],
      ['mood', '""', 'one of calm, wild'],
      ['mood', '["wild"]', 'one of calm, wild'],
      ['level', '2', 'one of 1, 10'],
      ['level', '"10"', 'one of 1, 10'],
      ['json', '9007199254740993', 'numbers that a double can hold'],
      ['json', '{"a":["\\u0000"]}', 'a text without NUL characters'],
      ['json', '{"\\ud800":1}', 'well-formed Unicode, without lone surrogates'],
      ['list', '"one"', 'a list'],
      ['list', '{"0":"one"}', 'a list'],
      ['list', '["one",2]', 'a list in which every element is a text'],
      ['list', '["one",null]', 'a list in which every element is a value other than null'],
      ['list', '["one",["two"]]', 'a list in which every element is a text'],
      ['list', '["a,b"]', 'a list of texts without ",", which stands between them in the database'],
      ['list', '[""]', 'a list other than one empty text'],
      ['bytes', '"not base64"', 'bytes as base64'],
      ['bytes', '"AP8"', 'bytes as base64'],
      ['bytes', '[0,255]', 'bytes as base64'],
      ['bytes', '{"type":"Buffer","data":[0]}', 'bytes as base64'],
      ['uuid', '"a0eebc99"', 'a UUID'],
      ['uuid', '""', 'a UUID'],
      ['uuid', '{}', 'a UUID'],
      ['trimmed', '"  01234567890  "', 'a text of at most 10 characters'],
      ['trimmed', '{"trim":1}', 'a text'],
      ['epoch', '"late"', 'a date-time such as 2024-02-29T13:45:00Z'],
      ['required', 'null', 'a value other than null'],
      ['dueDay', '""', 'a value other than null'],
      ['dueDay', 'null', 'a value other than null'],
    ])('refuses %s: %s, and says what it has to be [DAT-10, DAT-04, DAT-05, JA-77]', async (name, json, expected) => {
      const before = [await count(), (await get('/api/sample/1')).at('/data/attributes')];
      const body = (id: string) => `{"data":{"type":"sample"${id},"attributes":{"short":"new","${name}":${json}}}}`;
      const sent = name === 'short' ? (id: string) => body(id).replace('"short":"new",', '') : body;

      const answers = [
        await send('POST', '/api/sample', sent('')),
        await send('PATCH', '/api/sample/1', sent(',"id":"1"')),
      ];

      for (const answer of answers) {
        expect(answer.status).toBe(400);
        expect(answer.at('/errors')).toEqual([
          {
            status: '400',
            code: 'BAD_VALUE',
            title: 'Invalid value',
            detail: expect.stringContaining(`Expected ${expected} for "${name}", got `) as string,
            source: { pointer: `/data/attributes/${name}` },
          },
        ]);
      }
      expect([await count(), (await get('/api/sample/1')).at('/data/attributes')]).toEqual(before);
    });

    it.each([
      ['loud', '5'],
      ['loud', '{"toUpperCase":"x"}'],
      ['loud', '"abcdef"'],
      ['number', '"many"'],
      ['number', '1.005'],
      ['number', '{"value":1}'],
      ['wrapped', '{"seconds":{"a":1}}'],
      ['wrapped', '{"seconds":"long"}'],
      ['same', '{"short":"x","long":"y"}'],
      ['same', '["a"]'],
      ['reversed', '5'],
    ])('refuses what a transformer cannot read, or makes no value of: %s %s [DAT-10, SER-18]', async (name, json) => {
      const before = [await count(), (await get('/api/sample/1')).at('/data/attributes')];
      const body = (id: string) => `{"data":{"type":"sample"${id},"attributes":{"${name}":${json}}}}`;

      const answers = [
        await send('POST', '/api/sample', body('')),
        await send('PATCH', '/api/sample/1', body(',"id":"1"')),
      ];

      for (const answer of answers) expect(faults(answer)).toEqual([`400 BAD_VALUE /data/attributes/${name}`]);
      expect([await count(), (await get('/api/sample/1')).at('/data/attributes')]).toEqual(before);
    });

    it('keeps a member called __proto__ inside JSON, or refuses it, and never follows it', async () => {
      const body = '{"data":{"type":"sample","attributes":{"json":{"__proto__":{"polluted":true}}}}}';
      const answer = await send('POST', '/api/sample', body);

      expect([201, 400]).toContain(answer.status);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
      if (answer.status === 201) expect(answer.text).toContain('"json":{"__proto__":{"polluted":true}}');
    });

    it('tells a text that is too long for the database, and for nobody else [CRE-16]', async () => {
      const answer = await post('/api/sample', { type: 'sample', attributes: { long: 'x'.repeat(70_000) } });

      expect(answer.status).toBe(server.database.kind === 'mariadb' ? 400 : 201);
      if (answer.status === 400) expect(answer.at('/errors/0/code')).toBe('BAD_VALUE');
    });

    describe('an embedded object', () => {
      it('is written whole and in parts: what is not sent keeps its value [CRE-17, JA-61]', async () => {
        const created = await post('/api/sample', {
          type: 'sample',
          attributes: { contact: { mail: 'a@b', place: { city: 'Oslo', floor: 3, since: '2020-01-02' } } },
        });
        const id = created.at('/data/id') as string;
        const answer = await patch(`/api/sample/${id}`, {
          type: 'sample',
          id,
          attributes: { contact: { place: { floor: null } } },
        });

        expect(created.at('/data/attributes/contact')).toEqual({
          mail: 'a@b',
          place: { city: 'Oslo', floor: 3, since: '2020-01-02' },
        });
        expect(answer.status).toBe(204);
        expect((await get(`/api/sample/${id}`)).at('/data/attributes/contact')).toEqual({
          mail: 'a@b',
          place: { city: 'Oslo', floor: null, since: '2020-01-02' },
        });
      });

      it('has defaults of its own, and may be empty [CRE-17, JA-61]', async () => {
        const created = await post('/api/sample', { type: 'sample', attributes: { contact: {} } });
        const id = created.at('/data/id') as string;
        const answer = await patch(`/api/sample/${id}`, {
          type: 'sample',
          id,
          attributes: { contact: { place: {} }, short: 'new' },
        });

        expect(created.at('/data/attributes/contact')).toEqual({
          mail: 'nobody',
          place: { city: null, floor: null, since: null },
        });
        expect(answer.status).toBe(204);
        expect((await get(`/api/sample/${id}`)).at('/data/attributes')).toMatchObject({
          short: 'new',
          contact: { mail: 'nobody', place: { city: null } },
        });
      });

      it('is checked to the last member, with all faults at once [CRE-22, DAT-10, DAT-11]', async () => {
        const answer = await post('/api/sample', {
          type: 'sample',
          attributes: {
            contact: { mail: null, fax: 1, 'a/b': 2, place: { city: 'Stockholm', floor: {}, since: '2023-02-29' } },
          },
        });

        expect(faults(answer)).toEqual([
          '400 BAD_VALUE /data/attributes/contact/mail',
          '400 UNKNOWN_FIELD /data/attributes/contact/fax',
          '400 UNKNOWN_FIELD /data/attributes/contact/a~1b',
          '400 BAD_VALUE /data/attributes/contact/place/city',
          '400 BAD_VALUE /data/attributes/contact/place/floor',
          '400 BAD_VALUE /data/attributes/contact/place/since',
        ]);
      });

      it.each([null, [], 'Oslo', 5, true])('is an object, not %j [DAT-10]', async (contact) => {
        const outer = await post('/api/sample', { type: 'sample', attributes: { contact } });
        const inner = await post('/api/sample', { type: 'sample', attributes: { contact: { place: contact } } });

        expect(faults(outer)).toEqual(['400 BAD_VALUE /data/attributes/contact']);
        expect(faults(inner)).toEqual(['400 BAD_VALUE /data/attributes/contact/place']);
      });

      it('takes blank dates and the clock of the database [DAT-04, DAT-06, DAT-11]', async () => {
        const blank = await post('/api/sample', {
          type: 'sample',
          attributes: { contact: { place: { since: '' } } },
        });
        const today = await post('/api/sample', {
          type: 'sample',
          attributes: { contact: { place: { since: 'CURRENT_DATE' } } },
        });

        expect(blank.at('/data/attributes/contact/place/since')).toBeNull();
        expect(today.at('/data/attributes/contact/place/since')).toMatch(/^\d{4}-\d\d-\d\d$/);
      });
    });

    it('takes the whole numbers that the column of the database can hold [DAT-10]', async () => {
      if (server.database.kind === 'sqlite') expect(await written('whole', '9007199254740991')).toBe(9007199254740991);
      else {
        const answer = await post('/api/sample', { type: 'sample', attributes: { whole: 2147483648 } });
        expect(faults(answer)).toEqual(['400 BAD_VALUE /data/attributes/whole']);
        expect(answer.at('/errors/0/detail')).toContain('a whole number from -2147483648 to 2147483647');
      }
    });
  },
  { adapters: ['express'] },
);

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'] })
class Elastic {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'interval', nullable: true }) span!: unknown;
  @Expose() @Column({ type: 'text', array: true, nullable: true }) words!: string[] | null;
  @Expose() @Column({ type: 'int', array: true, nullable: true }) numbers!: number[] | null;
  @Expose() @Column({ type: 'bigint', array: true, nullable: true }) bigs!: string[] | null;
  @Expose() @Column({ type: 'date', array: true, nullable: true }) days!: string[] | null;
  @Expose() @Column({ type: 'jsonb', nullable: true }) data!: unknown;
  @Expose() @Column({ type: 'inet', nullable: true }) address!: string | null;
  @Expose() @Column({ type: 'real', nullable: true }) real!: number | null;
  @Expose() @Column({ type: 'smallint', nullable: true }) small!: number | null;
  @Expose() @Column({ type: 'numeric', nullable: true }) exact!: string | null;
  @Expose() @Column({ type: 'timestamp', nullable: true }) local!: Date | null;
  @Expose() @Column({ type: 'timetz', nullable: true }) zoned!: string | null;
  @Expose() @Column({ type: 'enum', enum: Mood, nullable: true }) mood!: Mood | null;
  @Expose() @Column({ type: 'enum', enum: Mood, array: true, nullable: true }) moods!: Mood[] | null;
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, send } = writing(() => app);
    const body = (name: string, json: string, id = '') =>
      `{"data":{"type":"elastic"${id},"attributes":{"${name}":${json}}}}`;

    beforeAll(async () => {
      app = await server.start({
        entities: [Elastic],
        imports: [RestlessModule.forFeature([Elastic])],
        seed: ({ manager }) => manager.insert(Elastic, {}),
      });
    });
    afterAll(() => app.close());

    it.each<[name: string, json: string, ...read: unknown[]]>([
      ['span', '90'],
      ['span', '93784.5'],
      ['span', '-90'],
      ['span', '0'],
      ['span', '"60"', 60],
      ['words', '["a","b,c","\\"d\\"","{}","NULL",""]'],
      ['words', '[]'],
      ['words', '["a",null]'],
      ['numbers', '[1,-2]'],
      ['numbers', '[null]'],
      ['bigs', '[9007199254740993,"5"]', ['9007199254740993', '5']],
      ['data', '{"a":[1,null]}'],
      ['data', '[]'],
      ['address', '"192.168.0.1/24"'],
      ['address', '"::1"'],
      ['real', '0.5'],
      ['small', '-32768'],
      ['exact', '123456789012345678901234567890.123', '123456789012345678901234567890.123'],
      ['local', '"2024-02-29T01:02:03.456Z"'],
      ['zoned', '"13:45:00+02"'],
      ['zoned', '"13:45Z"', '13:45:00+00'],
      ['zoned', '"2024-02-29T13:45:00.5-05:30"', '13:45:00.5-05:30'],
      ['mood', '"calm"'],
      ['moods', '["calm","wild"]'],
    ])(
      'writes what PostgreSQL alone has, intervals as seconds: %s %s [DAT-07, DAT-08]',
      async (name, json, ...read) => {
        const created = await send('POST', '/api/elastic', body(name, json));
        const patched = await send('PATCH', '/api/elastic/1', body(name, json, ',"id":"1"'));

        expect([created.status, created.at('/errors')]).toEqual([201, undefined]);
        expect([patched.status, patched.at('/errors')]).toEqual([204, undefined]);
        const expected: unknown = read.length === 0 ? JSON.parse(json) : read[0];
        expect(created.at(`/data/attributes/${name}`)).toEqual(expected);
        expect((await get('/api/elastic/1')).at(`/data/attributes/${name}`)).toEqual(expected);
      },
    );

    it.each([
      ['span', '"1 day"'],
      ['span', '{"days":1}'],
      ['span', 'true'],
      ['words', '"a"'],
      ['words', '[1]'],
      ['words', '{"0":"a"}'],
      ['words', '[["a"]]'],
      ['numbers', '[1,"x"]'],
      ['numbers', '[2147483648]'],
      ['bigs', '[1.5]'],
      ['days', '["2023-02-29"]'],
      ['address', '"300.1.1.1"'],
      ['address', '"1.2.3.4/64"'],
      ['small', '32768'],
      ['zoned', '"25:00:00+02"'],
      ['zoned', '"13:45:00+99"'],
      ['zoned', '"13:45:00 CET"'],
      ['mood', '"sad"'],
      ['moods', '["calm","sad"]'],
      ['moods', '"calm"'],
    ])('refuses what PostgreSQL’s own types cannot hold: %s %s [DAT-07, DAT-10]', async (name, json) => {
      const answer = await send('POST', '/api/elastic', body(name, json));

      expect(faults(answer)).toEqual([`400 BAD_VALUE /data/attributes/${name}`]);
    });

    it('answers 400 for what only the database can tell [CRE-16, DAT-10]', async () => {
      const answer = await send('POST', '/api/elastic', body('real', '1e39'));

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/code')).toBe('BAD_VALUE');
      expect(answer.text).not.toMatch(/INSERT|elastic"|type real/);
    });
  },
  { adapters: ['express'], databases: ['postgres'] },
);

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'] })
class Maria {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'set', enum: ['a', 'b', 'c'], nullable: true }) letters!: string[] | null;
  @Expose() @Column({ type: 'enum', enum: Mood, nullable: true }) mood!: Mood | null;
  @Expose() @Column({ type: 'int', unsigned: true, nullable: true }) natural!: number | null;
  @Expose() @Column({ type: 'tinyint', nullable: true }) tiny!: number | null;
  @Expose() @Column({ type: 'mediumint', nullable: true }) medium!: number | null;
  @Expose() @Column({ type: 'year', nullable: true }) year!: number | null;
  @Expose() @Column({ type: 'float', nullable: true }) float!: number | null;
  @Expose() @Column({ type: 'varbinary', length: 4, nullable: true }) bytes!: Buffer | null;
  @Expose() @Column({ type: 'timestamp', nullable: true, default: null }) stamp!: Date | null;
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: [Maria],
        imports: [RestlessModule.forFeature([Maria])],
        seed: ({ manager }) => manager.insert(Maria, {}),
      });
    });
    afterAll(() => app.close());

    it.each<[name: string, value: unknown]>([
      ['letters', ['a', 'c']],
      ['letters', []],
      ['mood', 'wild'],
      ['natural', 4294967295],
      ['tiny', -128],
      ['medium', 8388607],
      ['year', 2024],
      ['float', 0.5],
      ['bytes', 'AP8QIA=='],
      ['stamp', '2024-02-29T12:34:56.000Z'],
    ])('writes what MariaDB alone has: %s %j [DAT-01]', async (name, value) => {
      const created = await post('/api/maria', { type: 'maria', attributes: { [name]: value } });
      const patched = await patch('/api/maria/1', { type: 'maria', id: '1', attributes: { [name]: value } });

      expect([created.status, patched.status, created.at('/errors')]).toEqual([201, 204, undefined]);
      expect(created.at(`/data/attributes/${name}`)).toEqual(value);
      expect((await get('/api/maria/1')).at(`/data/attributes/${name}`)).toEqual(value);
    });

    it.each<[name: string, value: unknown]>([
      ['letters', ['a', 'd']],
      ['letters', ['a,b']],
      ['letters', [null]],
      ['letters', 'a'],
      ['mood', 'sad'],
      ['natural', -1],
      ['natural', 4294967296],
      ['tiny', 128],
      ['medium', 8388608],
    ])('refuses what MariaDB’s own types cannot hold: %s %j [DAT-10]', async (name, value) => {
      const answer = await post('/api/maria', { type: 'maria', attributes: { [name]: value } });

      expect(faults(answer)).toEqual([`400 BAD_VALUE /data/attributes/${name}`]);
    });

    it.each<[name: string, value: unknown]>([
      ['year', 1800],
      ['float', 1e39],
      ['bytes', 'AP8QIP8='],
      ['stamp', '1960-01-01T00:00:00Z'],
    ])('answers 400 for what only the database can tell: %s %j [CRE-16, DAT-10]', async (name, value) => {
      const answer = await post('/api/maria', { type: 'maria', attributes: { [name]: value } });

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/code')).toBe('BAD_VALUE');
      expect(answer.text).not.toMatch(/INSERT|maria`|column '/);
    });
  },
  { adapters: ['express'], databases: ['mariadb'] },
);
