/** No answer gets past the OpenAPI document unnoticed. */
import { Header } from '@nestjs/common';
import { Expose } from 'class-transformer';
import { Resource, RestlessError, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from './app.js';

@Entity()
@Resource({
  decorators: { EVALUATE: [Header('X-Total-Count', '1')] },
  allowFunctions: true,
  preprocessors: {
    GET_RESOURCE: [
      ({ id }) => {
        if (id === '3') throw new RestlessError('NOT_IMPLEMENTED', 'Not this one.');
      },
    ],
  },
})
class Event {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'date' }) day!: string;
}

describeServers(
  (server) => {
    let app: TestApp;

    beforeAll(async () => {
      app = await server.start({
        entities: [Event],
        imports: [RestlessModule.forFeature([Event])],
        // SQLite keeps in a column of dates what it is given.
        seed: (source) => source.getRepository(Event).insert([{ day: '2024-02-29' }, { day: 'some day' }]),
      });
    });
    afterAll(() => app.close());

    it('lets pass what is as the document says, a refusal as well', async () => {
      expect((await app.get('/api/event/1')).status).toBe(200);
      expect((await app.get('/api/event/9')).status).toBe(404);
      expect((await app.request('POST', '/api/event', { body: {} })).status).toBe(405);
    });

    it('fails where a value is not of the type that the document has', async () => {
      const read = app.get('/api/event/2');

      await expect(read).rejects.toThrow('/data/attributes/day must match format "date"');
    });

    it('fails where a header is not in the document', async () => {
      const functions = encodeURIComponent(JSON.stringify([{ name: 'count', field: 'id' }]));
      const count = app.get(`/api/eval/event?functions=${functions}`);

      await expect(count).rejects.toThrow('the header x-total-count is not in the document');
    });

    it('fails where a status of the library’s own is not in the document', async () => {
      const read = app.get('/api/event/3');

      await expect(read).rejects.toThrow('the status 501 is not in the document');
    });
  },
  { databases: ['sqlite'] },
);
