/** Bodies that are not there, or that the framework's own parser refuses before a handler is asked. */
import { Body, Controller, Delete, Param, Post } from '@nestjs/common';
import { RestlessController, RestlessModule } from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { PEOPLE, Person, seedPeople } from '../support/people.js';

const JSON_API = 'application/vnd.api+json';
const FLAT = 'application/json';

@Controller()
class PersonController extends RestlessController(Person) {
  @Post(':id/forgot-password')
  forgotPassword(@Param('id') id: string, @Body() body: object): object {
    return { id, ...body };
  }

  @Delete(':id/sessions/all')
  signOut(): object {
    return { over: true };
  }
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], allowDeleteMany: true }),
          RestlessModule.forFeature(PEOPLE),
        ],
        controllers: [PersonController],
        seed: seedPeople,
      });
    });
    afterAll(() => app.close());

    const statuses = (answers: readonly Answer[]): readonly number[] => answers.map(({ status }) => status);

    describe('a request without a body', () => {
      const ask = (method: string, path: string, type: string, more = {}): Promise<Answer> =>
        app.request(method, path, { headers: { 'Content-Type': type, ...more } });

      it.each([
        ['application/json', '7'],
        ['application/json; charset=utf-8', '6'],
        [JSON_API, '5'],
        ['text/plain', '4'],
        ['application/xml', '3'],
      ])('may say that it is %s where it is deleted [DEL-01]', async (type, id) => {
        expect((await ask('DELETE', `/api/computer/${id}`, type)).status).toBe(204);
        expect((await ask('DELETE', `/api/computer/${id}`, type, { 'Content-Length': '0' })).status).toBe(404);
      });

      it('is still answered in the format of the type that it says [MET-08]', async () => {
        const missing = await ask('DELETE', '/api/person/99', FLAT);
        const member = await ask('DELETE', '/api/person/1/computers/2', FLAT);

        expect([missing.status, missing.headers['content-type']]).toEqual([404, FLAT]);
        expect(member.status).toBe(204);
        expect((await ask('DELETE', '/api/person/1/computers/1', JSON_API)).status).toBe(405);
      });

      it('reads whatever it says [RCL-01]', async () => {
        for (const type of [FLAT, JSON_API, 'text/plain']) {
          const path = '/api/person/1';

          expect(statuses([await ask('GET', path, type), await ask('HEAD', path, type)])).toEqual([200, 200]);
        }
      });

      it('is the business of the application on a route of its own', async () => {
        const answer = await ask('DELETE', '/api/person/1/sessions/all', FLAT);

        expect(answer.status).toBe(server.adapter === 'fastify' ? 400 : 200);
      });
    });

    describe('on a route of the application’s own below ours', () => {
      const post = (body: string): Promise<Answer> =>
        app.request('POST', '/api/person/1/forgot-password', { headers: { 'Content-Type': FLAT }, body });

      it('malformed JSON is a 400 of the application’s [FJV-03, ERR-12]', async () => {
        expect((await post('{"by":"mail"}')).body).toEqual({ id: '1', by: 'mail' });
        expect((await post('{"by":')).status).toBe(400);
      });

      it('a body that is too long is a 413 of the application’s [FJV-03, ERR-12]', async () => {
        expect((await post(JSON.stringify({ by: 'x'.repeat(2_000_000) }))).status).toBe(413);
      });

      it('verbs that nobody serves stay a 405 where the address is ours [MET-01]', async () => {
        const headers = { 'Content-Type': FLAT };
        const answer = await app.request('POST', '/api/person/1', { headers, body: '{"by":' });

        expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
      });
    });
  },
  { databases: ['sqlite'] },
);
