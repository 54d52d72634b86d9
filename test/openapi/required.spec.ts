/**
 * The members that a body for creating has to have, as the OpenAPI document says: without any of them no row is made, and
 * with them alone there is one. `createApp` holds every body of the HTTP tests that makes a row against the same.
 */
import { DocumentBuilder } from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose, Transform } from 'class-transformer';
import { Resource, type ResourceOptions, RestlessModule } from 'nestjs-restless';
import { restlessDocument } from 'nestjs-restless/openapi';
import {
  BeforeInsert,
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  VersionColumn,
} from 'typeorm';
import { createApp, type TestApp } from '../support/app.js';

const METHODS: ResourceOptions['methods'] = ['GET', 'POST', 'PATCH'];

class Size {
  @Expose() @Column({ default: 1 }) height!: number;
}

@Entity()
@Resource({ methods: METHODS })
class Owner {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Thing, (thing) => thing.owner) things!: Relation<Thing>[];
}

@Entity()
@Resource({ methods: METHODS })
class Thing {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ toClassOnly: true }) @Column() secret!: string;
  @Expose({ groups: ['boss'] }) @Column({ nullable: true }) rank!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @Column({ default: 'x' }) kind!: string;
  @Expose() @Column('text') own = 'of the class';
  @Expose({ toPlainOnly: true }) @Column({ default: 0 }) shown!: number;
  @Expose() @Transform(({ value }: { value: string }) => value) @Column({ default: '' }) made!: string;
  @Expose() @CreateDateColumn() created!: Date;
  @Expose() @VersionColumn() version!: number;
  @Expose() @Column(() => Size) size!: Size;
  @Expose() @ManyToOne(() => Owner, (owner) => owner.things, { nullable: false }) owner!: Relation<Owner>;
  @Expose() @ManyToOne(() => Owner) lender!: Relation<Owner> | null;
}

@Entity()
@Resource({ methods: METHODS, allowClientGeneratedIds: true })
class Keyed {
  @Expose() @PrimaryColumn() code!: string;
  @Expose() @Column() name!: string;
  @Expose() @Column() ownerId!: number;
  @Expose() @ManyToOne(() => Owner, { nullable: false }) @JoinColumn({ name: 'ownerId' }) owner!: Relation<Owner>;
}

@Entity()
@Resource({ methods: METHODS })
class Listened {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @BeforeInsert() fill(): void {
    this.name ??= 'nameless';
  }
}

@Entity()
@Resource({ methods: METHODS, preprocessors: { POST_RESOURCE: [({ assign }) => assign({ name: 'given' })] } })
class Processed {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
}

const entities = [Owner, Thing, Keyed, Listened, Processed];
const FLAT = 'application/json';

interface Body {
  readonly attributes: Record<string, unknown>;
  readonly relationships: Record<string, unknown>;
}

describe('what bodies have to have, in the OpenAPI document', () => {
  let app: TestApp;
  let schemas: Readonly<Record<string, { readonly required?: readonly string[]; readonly properties?: unknown }>>;

  beforeAll(async () => {
    app = await createApp({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true }),
        RestlessModule.forFeature(entities),
      ],
    });
    const document = restlessDocument(app.app, new DocumentBuilder().setTitle('Things').build());
    schemas = document.components!.schemas as typeof schemas;
    await app.app.get(DataSource).getRepository(Owner).insert({ name: 'Ada' });
  });
  afterAll(() => app.close());

  /** Of the resource object, of its attributes and of its relationships; and of flat JSON. */
  const required = (type: string): unknown => {
    interface Nested {
      readonly required?: readonly string[];
      readonly properties?: Readonly<Record<string, Nested>>;
    }
    const data = (schemas[`${type}.create`] as Nested).properties!['data']!;
    return {
      data: data.required,
      attributes: data.properties!['attributes']!.required ?? [],
      relationships: data.properties!['relationships']?.required ?? [],
      flat: schemas[`${type}.row-create`]!.required ?? [],
    };
  };

  it('are the fields that nothing else gives a value', () => {
    expect(required('thing')).toEqual({
      data: ['type', 'attributes', 'relationships'],
      attributes: ['name', 'secret'],
      relationships: ['owner'],
      flat: ['name', 'secret', 'owner'],
    });
  });

  it('are neither keys nor a foreign key that stands for a relationship as well', () => {
    expect(required('keyed')).toEqual({
      data: ['type', 'attributes'],
      attributes: ['name'],
      relationships: [],
      flat: ['name'],
    });
  });

  it.each(['listened', 'processed'])('are none where the application may fill in what is missing: %s', (type) => {
    expect(required(type)).toEqual({ data: ['type'], attributes: [], relationships: [], flat: [] });
  });

  it('are none of those that a change has to have', () => {
    expect(schemas['thing.row-update']!.required).toBeUndefined();
    expect(JSON.stringify(schemas['thing.update'])).not.toContain('"required":["name"');
  });

  it('make a row alone, and without one of them there is none', async () => {
    const { attributes, relationships }: Body = {
      attributes: { name: 'a', secret: 'b' },
      relationships: { owner: { data: { type: 'owner', id: '1' } } },
    };
    const post = async (own: object, related: object): Promise<number> => {
      const body = { data: { type: 'thing', attributes: own, relationships: related } };
      return (await app.request('POST', '/api/thing', { body })).status;
    };
    const flat = async (body: object): Promise<number> =>
      (await app.request('POST', '/api/thing', { body, headers: { 'Content-Type': FLAT, Accept: FLAT } })).status;

    expect(await post(attributes, relationships)).toBe(201);
    expect(await post({ name: 'a' }, relationships)).toBe(400);
    expect(await post({ secret: 'b' }, relationships)).toBe(400);
    expect(await post(attributes, {})).toBe(400);
    expect(await flat({ ...attributes, owner: { id: 1 } })).toBe(201);
    expect(await flat({ name: 'a', owner: { id: 1 } })).toBe(400);
    expect(await flat(attributes)).toBe(400);
  });
});
