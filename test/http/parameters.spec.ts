/** Query strings: how they are decoded, which names are legal, and what an error says of them. */
import { RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { describeServers, type Server, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const start = (server: Server, options: RestlessModuleOptions = {}): Promise<TestApp> =>
  server.start({
    entities: PEOPLE,
    imports: [RestlessModule.forRoot(options), RestlessModule.forFeature([Person, Computer])],
    seed: seedPeople,
  });

const PARAMETERS = 'filter, sort, include, fields, page, groupBy, ignoreCase, countMode';

describeServers(
  (server) => {
    describe('a query string', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start(server);
      });
      afterAll(() => app.close());

      const ids = async (query: string) => (await app.get(`/api/person?${query}`)).at('/data/*/id');

      it.each([
        ['brackets as they are', 'filter[name]=Ada', ['1']],
        ['brackets that are encoded', 'filter%5Bname%5D=Ada', ['1']],
        ['brackets of both kinds', 'filter[name%5D[eq]=Ada', ['1']],
        ['small hexadecimal digits', 'filter%5bname%5d=Ada', ['1']],
        ['encoded letters', 'f%69lter[n%61me]=%41da', ['1']],
        ['an encoded name', '%73%6F%72%74=-id&page[size]=1', ['6']],
        ['letters of other alphabets', 'filter[name]=%C3%89mile', ['5']],
        ['a plus for a space', 'filter[name]=Ada+Lovelace', []],
        ['an encoded plus', 'filter[name]=A%2Bda', []],
        ['an encoded ampersand and equals sign', 'filter[name]=a%26b%3Dc', []],
        ['an equals sign in the value', 'filter[name]=a=b', []],
        ['empty parts', '&&filter[name]=Ada&&', ['1']],
        ['nothing', '', ['1', '2', '3', '4', '5', '6']],
        ['a question mark', 'filter[name]=Ada?', []],
        ['octets that are no text', 'filter[name]=%FF%zz%', []],
        ['an emoji', 'filter[name]=%F0%9F%98%80', []],
      ])('may have %s [JA-74, JA-75]', async (_words, query, expected) => {
        expect(await ids(query)).toEqual(expected);
      });

      it('reads a plus as a space in JSON too [JA-74]', async () => {
        const filter = '[{"name":"name","op":"in","val":["Ada","a+b"]},{"or":[{"name":"id","op":"gt","val":0}]}]';

        expect(await ids(`filter[objects]=${filter.replaceAll(',', ',+')}`)).toEqual(['1']);
      });

      it.each([
        ['a name in small letters that the specification reserves', 'name', 'name=Ada'],
        ['a name with a capital', 'pageSize', 'pageSize=2'],
        ['a known name in another case', 'Sort', 'Sort=name'],
        ['a name in capitals', 'FILTER[name]', 'FILTER[name]=Ada'],
        ['a parameter of an extension', 'atomic:lid', 'atomic:lid=1'],
        ['the search of Flask-Restless', 'q', 'q=%7B%7D'],
        ['its pages', 'results_per_page', 'results_per_page=1'],
        ['a callback', 'callback', 'callback=alert'],
        ['a name without a base', '[name]', '[name]=Ada'],
        ['an open bracket', 'filter[name', 'filter[name=Ada'],
        ['a bracket too many', 'filter[name]]', 'filter[name]]=Ada'],
        ['something behind the brackets', 'filter[name]x', 'filter[name]x=Ada'],
        ['a bracket inside brackets', 'filter[na[me]]', 'filter[na[me]]=Ada'],
        ['an empty name', '', '=Ada'],
        ['a name that objects have', '__proto__', '__proto__=1'],
        ['a member of one', 'constructor[prototype]', 'constructor[prototype]=1'],
        ['an encoded name', 'ö', '%C3%B6=1'],
        ['a space, written as a plus', 'a b', 'a+b=1'],
        ['a plus, written as it has to be', 'a+b', 'a%2Bb=1'],
      ])('cannot have %s: %j [JA-71, JA-72, JA-73, JA-74, JA-78]', async (_words, name, query) => {
        const answer = await app.get(`/api/person?sort=name&${query}`);

        expect(answer.status).toBe(400);
        expect(answer.at('/errors')).toEqual([
          {
            status: '400',
            code: 'UNKNOWN_PARAMETER',
            title: 'Unknown query parameter',
            detail: `There is no query parameter ${JSON.stringify(name)}. Parameters: ${PARAMETERS}.`,
            source: { parameter: name },
          },
        ]);
      });

      it.each([
        ['sort[name]', 'BAD_PARAMETER'],
        ['include[owner]', 'BAD_PARAMETER'],
        ['groupBy[]', 'BAD_PARAMETER'],
        ['ignoreCase[1]', 'BAD_PARAMETER'],
        ['fields', 'BAD_PARAMETER'],
        ['fields[]', 'BAD_PARAMETER'],
        ['fields[person][name]', 'BAD_PARAMETER'],
        ['page', 'BAD_PAGE'],
        ['page[]', 'BAD_PAGE'],
        ['page[limit]', 'BAD_PAGE'],
        ['page[size][x]', 'BAD_PAGE'],
        ['filter', 'BAD_FILTER'],
        ['filter[]', 'BAD_FILTER'],
        ['filter[name][][]', 'BAD_FILTER'],
      ])('has brackets only where they belong: %s [JA-71, JA-78]', async (name, code) => {
        for (const sent of [name, encodeURIComponent(name)]) {
          const answer = await app.get(`/api/person?${sent}=1`);

          expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, code]);
          expect(answer.at('/errors/0/source')).toEqual({ parameter: name });
        }
      });

      it.each([
        ['sort', 'sort=name&sort=age'],
        ['include', 'include=computers&include=boss'],
        ['page[size]', 'page[size]=1&page%5Bsize%5D=2'],
        ['fields[person]', 'fields[person]=name&fields[person]=age'],
        ['group', 'groupBy=age&group=name'],
        ['ignorecase', 'ignoreCase=1&ignorecase=0'],
      ])('cannot have %s twice [JA-78]', async (name, query) => {
        const answer = await app.get(`/api/person?${query}`);

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0')).toEqual({
          status: '400',
          code: 'REPEATED_PARAMETER',
          title: 'Repeated query parameter',
          detail: `"${name}" is given more than once.`,
          source: { parameter: name },
        });
      });

      it('names the parameter as it was sent, whatever is wrong with its value [JA-77, JA-78]', async () => {
        const sources = await Promise.all(
          [
            'sort=nmae',
            'include=pets',
            'fields[person]=nmae',
            'fields[pet]=name',
            'page%5Bsize%5D=x',
            'page[number]=0',
            'group=nmae',
            'groupBy=nmae',
            'filter[nmae]=x',
            'filter[age][gte]=x',
            'filter[objects]=[{"name":"nmae","op":"eq","val":1}]',
            'filter[objects]=x',
            'ignoreCase=maybe',
          ].map(async (query) => (await app.get(`/api/person?${query}`)).at('/errors/0/source')),
        );

        expect(sources).toEqual(
          [
            'sort',
            'include',
            'fields[person]',
            'fields[pet]',
            'page[size]',
            'page[number]',
            'group',
            'groupBy',
            'filter[nmae]',
            'filter[age][gte]',
            'filter[objects]',
            'filter[objects]',
            'ignoreCase',
          ].map((parameter) => ({ parameter })),
        );
      });

      it('may have the reserved spellings of Flask-Restless, whose documented names have a capital [JA-72]', async () => {
        expect(await ids('sort=name&ignorecase=1&page[size]=2')).toEqual(
          await ids('sort=name&ignoreCase=1&page[size]=2'),
        );
        expect(await ids('group=age')).toEqual(await ids('groupBy=age'));
      });
    });

    describe('the option unknownParameters: "ignore"', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start(server, { unknownParameters: 'ignore' });
      });
      afterAll(() => app.close());

      it('passes over names that are none, and no faults [JA-72]', async () => {
        const answer = await app.get('/api/person?name=Bob&q=1&filter[name]=Ada&__proto__[x]=1&[=');

        expect(answer.status).toBe(200);
        expect(answer.at('/data/*/id')).toEqual(['1']);
        expect((await app.get('/api/person?filter[nmae]=Ada')).status).toBe(400);
        expect((await app.get('/api/person?sort[x]=name')).status).toBe(400);
        expect((await app.get('/api?x=1')).status).toBe(200);
      });
    });

    describe('the option strictParameterNames', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start(server, { strictParameterNames: true });
      });
      afterAll(() => app.close());

      it.each(['group=age', 'ignorecase=1'])('refuses %s, which the specification reserves [JA-72]', async (query) => {
        const answer = await app.get(`/api/person?${query}`);

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/source')).toEqual({ parameter: query.split('=')[0] });
      });

      it('takes the names with a capital [JA-72]', async () => {
        expect((await app.get('/api/person?groupBy=age&ignoreCase=1&sort=age')).status).toBe(200);
      });
    });
  },
  { databases: ['sqlite'], adapters: ['express', 'fastify'] },
);
