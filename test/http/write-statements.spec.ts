/** What a request that writes costs: which statements it runs, in one transaction, and that what clients send is bound. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, DataSource, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { OFFICE, seedOffice } from '../support/office.js';
import { StatementLog } from '../support/statement-log.js';
import { writing } from '../support/writing.js';

/** The server changes it as well. */
@Entity()
@Resource()
class Dated {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @UpdateDateColumn() updatedAt!: Date;
}

describeServers(
  (server) => {
    const log = new StatementLog();
    let app: TestApp;
    const { get, post, patch, delete: remove, send } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: [...OFFICE, Dated],
        dataSource: { logger: log },
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH', 'DELETE'],
            allowToManyReplacement: true,
            allowDeleteFromToManyRelationships: true,
          }),
          RestlessModule.forFeature([...OFFICE, Dated]),
        ],
        seed: seedOffice,
      });
    });
    afterAll(() => app.close());

    /**
     * What was run, each statement by its verb and its table. TypeORM reads defaults back where there is no RETURNING; and
     * the first row of a table is preceded by a look for triggers.
     */
    async function cost(status: number, work: () => Promise<Answer>): Promise<string[]> {
      let answer: Answer | undefined;
      const statements = await log.during(async () => {
        answer = await work();
      });
      expect([answer?.status, answer?.at('/errors')]).toEqual([status, status < 400 ? undefined : expect.anything()]);
      return statements
        .map(({ sql }) => sql.replace(/["`]/g, ''))
        .filter((sql) => !/^SELECT Employee\.id AS Employee_id|FROM (sqlite_master|pg_class)/.test(sql))
        .map((sql) => {
          if (/^(BEGIN|START) TRANSACTION/.test(sql)) return 'BEGIN';
          const [, verb, table] = /^(INSERT INTO|UPDATE|DELETE FROM|SELECT.*? FROM) (\w+)/.exec(sql) ?? [];
          return verb === undefined ? sql : `${verb.split(' ')[0]!} ${table!}`;
        });
    }
    const employee = (attributes: object, relationships: object = {}) =>
      patch('/api/employee/2', { type: 'employee', id: '2', attributes, relationships });
    const many = (type: string, ...ids: string[]) => ({ data: ids.map((id) => ({ type, id })) });

    it('changes attributes by one statement, which needs no transaction [UPD-09, JA-51]', async () => {
      expect(await cost(204, () => employee({ age: 18 }))).toEqual(['UPDATE employee']);
      expect(await cost(204, () => employee({ age: 19, role: 'boss', birthDate: null }))).toEqual(['UPDATE employee']);
    });

    it('needs none for subscribers that hear of other rows, and of no transactions', async () => {
      const { subscribers } = app.app.get(DataSource);
      const heard: string[] = [];
      subscribers.push({ listenTo: () => Dated, afterUpdate: () => void heard.push('update') });
      const quiet = await cost(204, () => employee({ age: 21 }));
      subscribers.push({ beforeTransactionCommit: () => void heard.push('commit') });
      const loud = await cost(204, () => employee({ age: 22 }));
      subscribers.splice(-2);

      expect([quiet, heard]).toEqual([['UPDATE employee'], ['commit']]);
      expect(loud).toEqual(['BEGIN', 'UPDATE employee', 'COMMIT']);
    });

    it('says by that statement that there is no such row [UPD-02]', async () => {
      const work = () => patch('/api/employee/99', { type: 'employee', id: '99', attributes: { age: 18 } });

      expect(await cost(404, work)).toEqual(['UPDATE employee']);
    });

    it('looks for the row where nothing is to be changed [UPD-04]', async () => {
      expect(await cost(204, () => employee({}))).toEqual(['SELECT employee']);
    });

    it('reads the answer where the server changed more, and only there [UPD-10]', async () => {
      await post('/api/dated', { type: 'dated', attributes: { title: 'a' } });
      const work = () => patch('/api/dated/1', { type: 'dated', id: '1', attributes: { title: 'b' } });

      expect(await cost(200, work)).toEqual(['BEGIN', 'UPDATE dated', 'SELECT dated', 'COMMIT']);
    });

    it('looks once for the rows of a relationship, and changes it with the attributes [UPD-06, UPD-12]', async () => {
      const boss = { data: { type: 'employee', id: '3' } };

      expect(await cost(204, () => employee({ age: 20 }, { boss }))).toEqual(['SELECT employee', 'UPDATE employee']);
      expect(await cost(204, () => employee({}, { boss: { data: null } }))).toEqual(['UPDATE employee']);
    });

    it('writes of a list of members what is new, and nothing of what is there [UPD-11]', async () => {
      const found = ['SELECT employee', 'SELECT skill', 'SELECT skill'];

      expect(await cost(204, () => employee({}, { skills: many('skill', 'css', 'sql') }))).toEqual([
        'BEGIN',
        ...found,
        'INSERT employee_skills_skill',
        'COMMIT',
      ]);
      expect(await cost(204, () => employee({}, { skills: many('skill', 'sql', 'css') }))).toEqual([
        'BEGIN',
        ...found,
        'COMMIT',
      ]);
      expect(await cost(204, () => employee({}, { skills: many('skill', 'sql', 'a,b') }))).toEqual([
        'BEGIN',
        ...found,
        'DELETE employee_skills_skill',
        'INSERT employee_skills_skill',
        'COMMIT',
      ]);
    });

    it('adds any number of members by one statement of each kind [UPD-11]', async () => {
      const skills = Array.from({ length: 30 }, (_, index) => `s${index}`);
      await Promise.all(skills.map((code) => post('/api/skill', { type: 'skill', attributes: { code } })));

      expect(await cost(204, () => employee({}, { skills: many('skill', ...skills) }))).toHaveLength(7);
      expect((await get('/api/employee/2/relationships/skills')).at('/meta/total')).toBe(30);
    });

    it('creates a row and reads the answer by one statement [CRE-17]', async () => {
      const work = () => post('/api/dated', { type: 'dated', attributes: { title: 'new' } });

      expect(await cost(201, work)).toEqual(['INSERT dated']);
    });

    it('looks for a row that is referred to before that [CRE-23]', async () => {
      const relationships = { employee: { data: { type: 'employee', id: '3' } } };
      const work = () => post('/api/badge', { type: 'badge', attributes: { colour: 'red' }, relationships });

      expect(await cost(201, work)).toEqual(['SELECT employee', 'INSERT badge']);
    });

    it('reads the answer by another where it shows rows of other tables [CRE-17]', async () => {
      const work = () => post('/api/employee', { type: 'employee', attributes: { name: 'new', age: 1 } });

      expect(await cost(201, work)).toEqual(['BEGIN', 'INSERT employee', 'SELECT employee', 'COMMIT']);
    });

    it('creates a row with its relationships [CRE-23]', async () => {
      const relationships = {
        boss: { data: { type: 'employee', id: '3' } },
        skills: many('skill', 'css', 'sql'),
      };
      const work = () => post('/api/employee', { type: 'employee', attributes: { name: 'linked' }, relationships });

      expect(await cost(201, work)).toEqual([
        'BEGIN',
        'SELECT employee',
        'SELECT skill',
        'INSERT employee',
        'INSERT employee_skills_skill',
        'SELECT employee',
        'COMMIT',
      ]);
    });

    it('looks for a key that a client brings, and reads no defaults where there are none [CRE-21]', async () => {
      const work = () => post('/api/skill', { type: 'skill', attributes: { code: 'new' } });

      expect(await cost(201, work)).toEqual(['SELECT skill', 'INSERT skill']);
      expect(await cost(409, work)).toEqual(['SELECT skill']);
    });

    it('deletes by one statement [DEL-01]', async () => {
      const { id } = (await post('/api/employee', { type: 'employee', attributes: { name: 'brief' } })).at('/data') as {
        id: string;
      };

      expect(await cost(204, () => remove(`/api/employee/${id}`))).toEqual(['DELETE employee']);
      expect(await cost(404, () => remove(`/api/employee/${id}`))).toEqual(['DELETE employee']);
    });

    it('runs nothing for what is wrong in itself [JA-51]', async () => {
      expect(await cost(400, () => employee({ age: 'x' }))).toEqual([]);
      expect(await cost(400, () => employee({ nmae: 'x' }))).toEqual([]);
      expect(await cost(409, () => employee({}, { boss: { data: { type: 'desk', id: '1' } } }))).toEqual([]);
      expect(await cost(403, () => post('/api/employee', { type: 'employee', id: '1', attributes: {} }))).toEqual([]);
      expect(await cost(400, () => send('POST', '/api/employee', '{'))).toEqual([]);
      expect(await cost(404, () => remove('/api/employee/x'))).toEqual([]);
    });

    it('binds what clients send [CRE-17, UPD-09]', async () => {
      const text = `'"\\\`; -- x`;
      const statements = await log.during(async () => {
        await post('/api/employee', { type: 'employee', attributes: { name: text } });
        await employee({ role: text });
        await employee({}, { skills: many('skill', text) });
      });

      for (const { sql } of statements) expect(sql).not.toContain('-- x');
      expect(statements.flatMap(({ parameters }) => parameters)).toContain(text);
      expect(await app.get(`/api/employee?filter[name]=${encodeURIComponent(text)}`)).toMatchObject({ status: 200 });
      expect((await get('/api/employee/2')).at('/data/attributes/role')).toBe(text);
    });
  },
  { adapters: ['express'] },
);
