/**
 * What the OpenAPI document offers to search by is what is answered: every field with every operator, sort keys, groups
 * and functions, asked over HTTP and held against the schema.
 */
import { DocumentBuilder } from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Expose } from 'class-transformer';
import { Pluck, Resource, RestlessModule } from 'nestjs-restless';
import { restlessDocument } from 'nestjs-restless/openapi';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { createApp, type TestApp } from '../support/app.js';

class Address {
  @Expose() @Column({ default: '' }) city!: string;
}

@Entity()
@Resource({ sortable: ['name', 'age', 'address'], relationships: { pets: { limit: 2, maxLimit: 5 } } })
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @Column({ type: 'date', nullable: true }) born!: string | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) extra!: unknown;
  @Expose() @Column(() => Address) address!: Address;
  @Column({ default: '' }) secret!: string;
  @Expose() @Pluck('pets.name') petNames!: string[];
  @Expose() get label(): string {
    return this.name;
  }
  @Expose() @OneToMany(() => Pet, (pet) => pet.owner) pets!: Relation<Pet>[];
}

@Entity()
@Resource({
  filterable: {
    id: true,
    name: ['eq', 'like'],
    owner: true,
    vet: true,
    grown: { attribute: 'age' },
    master: { attribute: 'owner.name' },
    home: { attribute: 'owner.address.city' },
    nice: (value) => ({ name: 'name', op: 'eq', val: value }),
  },
})
class Pet {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @ManyToOne(() => Person, (person) => person.pets) owner!: Relation<Person>;
  @Expose() @ManyToOne(() => Person) vet!: Relation<Person>;
}

/** Of every kind one, has and any, one of the application's own, and one that there is not. */
const OPERATOR_NAMES = [
  'eq',
  'in',
  'range',
  'is_null',
  'isnull',
  'like',
  'icontains',
  'year',
  '<<',
  'has',
  'any',
  'sounds',
  'nonsense',
];

/** A value that the operator takes on the field, so that nothing but the two is refused. */
function valueFor(name: string, op: string): { readonly val?: unknown } {
  const types: Readonly<Record<string, unknown>> = { id: 1, age: 1, grown: 1, born: '2000-01-01' };
  const value = types[name] ?? 'x';
  if (op === 'is_null') return {};
  if (op === 'has' || op === 'any') return { val: { name: 'id', op: 'is_not_null' } };
  if (op === 'in') return { val: [value] };
  if (op === 'range') return { val: [value, value] };
  if (op === 'year') return { val: 2000 };
  return { val: op === 'isnull' ? true : value };
}

describe('what the OpenAPI document says of searches', () => {
  let app: TestApp;
  let accepts: (pointer: string, value: unknown) => boolean;
  let parameter: (path: string, name: string) => object;

  beforeAll(async () => {
    const entities = [Person, Pet];
    app = await createApp({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true }),
        RestlessModule.forRoot({
          allowFunctions: true,
          operators: { sounds: ({ column, bind }, value) => `${column} = ${bind(value)}` },
        }),
        RestlessModule.forFeature(entities),
      ],
    });
    const document = restlessDocument(app.app, new DocumentBuilder().setTitle('People').build());
    const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
    ajv.addSchema({ $id: 'api', ...(JSON.parse(JSON.stringify(document)) as object) });
    accepts = (pointer, value) => ajv.validate({ $ref: `api#${pointer}` }, value);
    parameter = (path, name) => {
      const { parameters } = document.paths[path]!.get!;
      const at = parameters!.findIndex((each) => 'name' in each && each.name === name);
      if (at < 0) throw new Error(`${path} has no parameter ${name}`);
      return { pointer: `/paths/${path.replaceAll('/', '~1')}/get/parameters/${at}`, ...parameters![at] };
    };
  });
  afterAll(() => app.close());

  const status = async (path: string, accept: string): Promise<number> =>
    (await app.get(path, { Accept: accept })).status;

  it.each([
    [
      'person',
      ['id', 'name', 'age', 'born', 'extra', 'address', 'address.city', 'petNames', 'label', 'secret', 'pets', 'no'],
    ],
    ['pet', ['id', 'name', 'age', 'owner', 'grown', 'master', 'home', 'nice', 'no']],
  ])(
    'offers of %s every operator that is answered, field by field, and no other',
    async (type, names) => {
      const wrong: string[] = [];
      for (const name of names) {
        for (const op of OPERATOR_NAMES) {
          const flat = { name: name.replaceAll('.', '__'), op, ...valueFor(name, op) };
          const plain = { ...flat, name };
          const text = (value: object): string => encodeURIComponent(JSON.stringify(value));
          const isAnswered =
            (await status(`/api/${type}?filter[objects]=${text([plain])}`, 'application/vnd.api+json')) === 200;
          const isFlat = (await status(`/api/${type}?q=${text({ filters: [flat] })}`, 'application/json')) === 200;

          if (accepts(`/components/schemas/${type}.filter`, plain) !== isAnswered)
            wrong.push(`${name} ${op}: ${isAnswered}`);
          if (accepts(`/components/schemas/${type}.search`, { filters: [flat] }) !== isFlat)
            wrong.push(`${flat.name} ${op} in flat JSON: ${isFlat}`);
        }
      }

      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it.each(['sort', 'groupBy'])('offers what %s takes, and nothing else', async (name) => {
    const { pointer } = parameter('/api/person', name) as { pointer: string };
    const through = parameter('/api/pet', name) as { pointer: string };
    const member = name === 'sort' ? 'order_by' : 'group_by';
    const wrong: string[] = [];
    for (const [type, at, fields] of [
      [
        'person',
        pointer,
        ['id', 'name', 'age', 'born', 'extra', 'address', 'address.city', 'label', 'secret', 'pets', 'pets.name'],
      ],
      ['pet', through.pointer, ['id', 'name', 'owner', 'owner.name', 'vet.name', 'nice', 'no']],
    ] as const) {
      for (const field of fields) {
        const isAnswered = (await status(`/api/${type}?${name}=${field}`, 'application/vnd.api+json')) === 200;
        const search = { [member]: [{ field: field.replaceAll('.', '__') }] };

        if (accepts(`${at}/schema`, [field]) !== isAnswered) wrong.push(`${type} ${field}: ${isAnswered}`);
        if (accepts(`/components/schemas/${type}.search`, search) !== isAnswered)
          wrong.push(`${type} ${field} in flat JSON: ${isAnswered}`);
      }
    }

    expect(wrong).toEqual([]);
  });

  it('offers the functions that there are of each field', async () => {
    const wrong: string[] = [];
    const { pointer } = parameter('/api/eval/person', 'functions') as { pointer: string };
    for (const name of ['count', 'sum', 'avg', 'min', 'max', 'median']) {
      for (const field of [
        'id',
        'name',
        'age',
        'born',
        'extra',
        'address',
        'address.city',
        'label',
        'secret',
        'pets',
      ]) {
        const functions = [{ name, field }];
        const text = encodeURIComponent(JSON.stringify(functions));
        const isAnswered = (await status(`/api/eval/person?functions=${text}`, 'application/vnd.api+json')) === 200;

        if (accepts(`${pointer}/content/application~1json/schema`, functions) !== isAnswered)
          wrong.push(`${name} ${field}: ${isAnswered}`);
      }
    }

    expect(wrong).toEqual([]);
  });

  it('knows every member of a search in flat JSON, and how many related rows there may be', () => {
    const search = { filters: [], single: true, limit: 5, offset: 1, related_limit: { pets: 3, pets__owner: 1 } };

    expect(accepts('/components/schemas/person.search', search)).toBe(true);
    expect(accepts('/components/schemas/person.search', { ...search, singel: true })).toBe(false);
    expect(parameter('/api/person', 'page[pets][size]')).toMatchObject({
      schema: { type: 'integer', minimum: 1, maximum: 5 },
    });
  });

  it('compares fields of one row, in the place of a value', () => {
    const compared = (field: string): boolean =>
      accepts('/components/schemas/person.filter', { name: 'name', op: 'eq', field });

    expect(['name', 'address.city', 'secret', 'pets', 'label'].filter(compared)).toEqual(['name', 'address.city']);
  });
});
