/** The tests' own tools: that a space is one's own, and that a request is sent as it is written. */
import { Body, Controller, Get, Header, Post, Req } from '@nestjs/common';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { createApp, describeServers, type TestApp } from './app.js';
import { describeDatabases } from './databases.js';
import { StatementLog } from './statement-log.js';

@Entity()
class Thing {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column() name!: string;
}

@Controller('echo')
class EchoController {
  constructor(private readonly dataSource: DataSource) {}

  @Get(':a/:b/:c')
  @Header('Content-Type', 'application/vnd.api+json')
  show(@Req() request: { url: string; headers: object }): object {
    return { url: request.url, headers: request.headers };
  }

  @Post()
  async create(@Body() body: { name: string }): Promise<object> {
    const things = this.dataSource.getRepository(Thing);
    await things.save({ name: body.name });
    return { things: await things.count() };
  }
}

describeDatabases((database) => {
  it('gives every data source fresh tables, and two at a time in two spaces', async () => {
    const first = await new DataSource(database.options([Thing])).initialize();
    const second = await new DataSource(database.second.options([Thing])).initialize();
    await first.getRepository(Thing).save({ name: 'é' });

    expect(await first.getRepository(Thing).countBy({ name: 'é' })).toBe(1);
    expect(await first.getRepository(Thing).countBy({ name: 'É' })).toBe(0);
    expect(await second.getRepository(Thing).count()).toBe(0);
    await Promise.all([first.destroy(), second.destroy()]);

    const again = await new DataSource(database.options([Thing])).initialize();
    expect(await again.getRepository(Thing).count()).toBe(0);
    await again.destroy();
  });

  it('logs the statements of a piece of work', async () => {
    const log = new StatementLog();
    const dataSource = await new DataSource(database.options([Thing], { logger: log })).initialize();

    const statements = await log.during(() => dataSource.getRepository(Thing).findBy({ name: 'a' }));

    expect(statements).toEqual([{ sql: expect.stringMatching(/^SELECT .*FROM .thing. /), parameters: ['a'] }]);
    await dataSource.destroy();
  });
});

describeServers((server) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await server.start({
      entities: [Thing],
      controllers: [EchoController],
      seed: (dataSource) => dataSource.getRepository(Thing).save({ name: 'seeded' }),
    });
  });
  afterAll(() => app.close());

  it('sends the path and the headers as written', async () => {
    const answer = await app.get('/echo/a/../b%2F?x=[1]&y=%20', { Accept: 'a/b', 'X-Many': ['1', '2'] });

    expect(answer.status).toBe(200);
    expect(answer.at('/url')).toBe('/echo/a/../b%2F?x=[1]&y=%20');
    expect(answer.at('/headers/accept')).toBe('a/b');
  });

  it('sends bodies to an application that has a database', async () => {
    const answer = await app.request('POST', '/echo', {
      headers: { 'Content-Type': 'application/json' },
      body: { name: 'sent' },
    });

    expect(answer.body).toEqual({ things: 2 });
  });
});

describe('an answer', () => {
  @Controller()
  class ListController {
    @Get()
    list(): object {
      return { data: [{ id: '1', 'a/b': null }, { id: '2' }] };
    }
  }

  it('is read by JSON pointers', async () => {
    const app = await createApp({ controllers: [ListController] });

    const answer = await app.get('/');

    expect(answer.at('')).toBe(answer.body);
    expect(answer.at('/data/*/id')).toEqual(['1', '2']);
    expect(answer.at('/data/0/a~1b')).toBeNull();
    expect(answer.at('/data/7/id')).toBeUndefined();
    await app.close();
  });
});
