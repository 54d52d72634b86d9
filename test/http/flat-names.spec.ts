/** Names of fields that one format has and the other has not, and resources without any. */
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { createApp, type TestApp } from '../support/app.js';

@Entity()
class Parcel {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() type!: string;
}

@Entity()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) first__line!: string;
}

@Entity()
class Bare {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: '' }) text!: string;
}

const start = (entity: new () => object, options: RestlessModuleOptions): Promise<TestApp> =>
  createApp({
    imports: [
      TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: [entity], synchronize: true }),
      RestlessModule.forRoot(options),
      RestlessModule.forFeature([entity]),
    ],
  });

it('shows a field called "type" where nobody speaks JSON:API [CQ-04]', async () => {
  const app = await start(Parcel, { formats: ['flat-json'] });
  await app.app.get(DataSource).manager.insert(Parcel, { type: 'letter' });
  const page = await app.get('/api/parcel?q={"filters":[{"name":"type","op":"eq","val":"letter"}]}');
  await app.close();

  expect(page.at('/objects')).toEqual([{ id: 1, type: 'letter' }]);
});

it('refuses it at start where somebody does [JA-23]', async () => {
  await expect(start(Parcel, { formats: ['flat-json', 'json-api'] })).rejects.toThrow(
    'Parcel.type cannot be called "type" in JSON:API; rename it with @Expose({ name }).',
  );
});

describe('a name with two underscores [SET-15]', () => {
  let warn: jest.SpiedFunction<typeof Logger.prototype.warn>;
  beforeEach(() => {
    warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  });
  afterEach(() => warn.mockRestore());

  it('is warned of where flat JSON would take it for a path', async () => {
    await (await start(Note, { formats: ['flat-json'] })).close();

    expect(warn.mock.calls.map(([message]) => message as string)).toEqual([
      'Note.first__line: flat JSON cannot search by "first__line", where "__" leads through a relation; rename it with @Expose({ name }).',
    ]);
  });

  it('is a name like others in JSON:API', async () => {
    await (await start(Note, { formats: ['json-api'] })).close();

    expect(warn).not.toHaveBeenCalled();
  });
});

it('warns at start of a resource that shows nothing but its id', async () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  await (await start(Bare, { expose: 'decorated' })).close();
  await (await start(Bare, { expose: 'all' })).close();
  const said = warn.mock.calls.map(([message]) => message as string);
  warn.mockRestore();

  expect(said).toEqual(["Bare shows nothing but its id: give its fields @Expose(), or the resource expose: 'all'."]);
});
