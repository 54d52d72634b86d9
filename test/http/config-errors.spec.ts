/** A wrong option, a wrong name, an impossible mixture: the application does not start, and one sentence says why. */
import { Exclude, Expose } from 'class-transformer';
import { type CanActivate, Logger, type ModuleMetadata } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Resource, RestlessConfigError, RestlessModule, type ResourceOptions } from 'nestjs-restless';
import {
  Column,
  Entity,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { createApp } from '../support/app.js';

@Entity()
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', unique: true }) name!: string;
  @Expose() @Column({ type: 'integer' }) age!: number;
  @Expose() @Column({ type: 'varchar', unique: true, nullable: true }) nick!: string | null;
  @Exclude() @Column({ type: 'varchar' }) password!: string;
  @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];

  shout(): string {
    return this.name.toUpperCase();
  }
}

@Entity()
class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person>;
}

class NoGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

// An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
beforeAll(() => {
  Logger.overrideLogger(false);
});

type Imports = NonNullable<ModuleMetadata['imports']>;

/** The sentence with which an application of these modules refuses to start. */
async function sentence(imports: () => Imports, entities: (abstract new () => object)[] = [Person, Computer]) {
  const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities } as const;
  let error: unknown = 'The application started.';
  try {
    const app = await createApp({ imports: [TypeOrmModule.forRoot(database), ...imports()] });
    await app.close();
  } catch (reason) {
    error = reason;
  }
  expect(error).toBeInstanceOf(RestlessConfigError);
  return (error as RestlessConfigError).message;
}

/** What is expected: the whole sentence, or a pattern where the list of names in it grows. */
const as = (expected: string | RegExp): unknown =>
  typeof expected === 'string' ? expected : expect.stringMatching(expected);

/** Options as somebody without a compiler might write them. */
const options = (wrong: object): ResourceOptions => wrong;

describe('options of a resource', () => {
  it.each([
    [
      { method: ['GET'] },
      /^Person: there is no option "method"\. Is "methods" meant\? Options: collectionName, type, prefix, methods, .*guards, .*\.$/,
    ],
    [{ collectionName: 'a/b' }, 'Person: the option "collectionName" has to be a name without slash, ?, # or space.'],
    [{ collectionName: '-people' }, 'Person: "-people" is no legal JSON:API type; use letters, digits, - and _.'],
    [{ prefix: null }, 'Person: the option "prefix" has to be a path such as "api", or "" for the root.'],
    [{ prefix: 'a?b' }, 'Person: the option "prefix" has to be a path such as "api", or "" for the root.'],
    [{ prefix: 'api/:tenant' }, 'Person: the option "prefix" has to be a path such as "api", or "" for the root.'],
    [{ methods: 'GET' }, 'Person: the option "methods" has to be a list of GET, POST, PUT, PATCH, DELETE.'],
    [{ methods: ['FETCH'] }, 'Person: the option "methods" has to be a list of GET, POST, PUT, PATCH, DELETE.'],
    [{ expose: 'none' }, 'Person: the option "expose" has to be "decorated" or "all".'],
    [{ linkage: true }, 'Person: the option "linkage" has to be "included" or "always".'],
    [{ pageSize: -1 }, 'Person: the option "pageSize" has to be a whole number, 0 for no paging.'],
    [{ pageSize: '10' }, 'Person: the option "pageSize" has to be a whole number, 0 for no paging.'],
    [{ pagination: 'offset' }, 'Person: the option "pagination" has to be "number", "cursor" or "both".'],
    [{ maxPageSize: 1.5 }, 'Person: the option "maxPageSize" has to be a whole number, null for no bound.'],
    [
      { count: 'maybe' },
      'Person: the option "count" has to be "exact", "capped", "estimated", "none" or { capped: a number above 0 }.',
    ],
    [
      { count: { capped: 0 } },
      'Person: the option "count" has to be "exact", "capped", "estimated", "none" or { capped: a number above 0 }.',
    ],
    [
      { countModes: 'none' },
      'Person: the option "countModes" has to be a list of "exact", "capped", "estimated", "none" or { capped: a number above 0 }.',
    ],
    [{ nulls: 'top' }, 'Person: the option "nulls" has to be "native", "first" or "last".'],
    [
      { idSeparator: '/' },
      'Person: the option "idSeparator" has to be one character that is no letter, digit, %, /, ? or #.',
    ],
    [
      { idSeparator: '~~' },
      'Person: the option "idSeparator" has to be one character that is no letter, digit, %, /, ? or #.',
    ],
    [{ only: 'name' }, 'Person: the option "only" has to be a list of property names.'],
    [{ exclude: [1] }, 'Person: the option "exclude" has to be a list of property names.'],
    [
      { scope: { name: 'id' } },
      'Person: the option "scope" has to be a filter, a list of filters, or a function that returns them.',
    ],
    [{ formats: ['xml'] }, 'Person: the option "formats" has to be a list of json-api, flat-json.'],
    [{ formats: [] }, 'Person: the option "formats" has to be a list of json-api, flat-json.'],
    [{ version: 2 }, 'Person: the option "version" has to be a text such as "2".'],
    [{ guards: NoGuard }, 'Person: the option "guards" has to be a list of guards.'],
    [{ guards: ['admin'] }, 'Person: the option "guards" has to be a list of guards.'],
    [
      { decorators: { FETCH: [] } },
      /^Person: "FETCH" in the option "decorators" is no operation; there are GET, .*GET_RELATED_RESOURCE.*\.$/,
    ],
    [{ decorators: { GET: 'admin' } }, 'Person: the option "decorators" has to have a list of decorators for GET.'],
    [{ decorators: [] }, 'Person: the option "decorators" has to be an object such as { GET: [Roles("reader")] }.'],
  ])('%j [SET-13, CUQ-03]', async (wrong, expected) => {
    expect(await sentence(() => [RestlessModule.forFeature([{ entity: Person, ...options(wrong) }])])).toEqual(
      as(expected),
    );
  });

  it.each([
    [
      { only: ['nmae'] },
      'Person has no property "nmae" (option "only"). Properties: id, name, age, nick, password, computers.',
    ],
    [
      { exclude: ['nmae'] },
      'Person has no property "nmae" (option "exclude"). Properties: id, name, age, nick, password, computers.',
    ],
    [{ only: ['name'], exclude: ['age'] }, 'Person: give "only" or "exclude", not both.'],
    [{ only: ['password'] }, 'Person.password is in "only" and has @Exclude(); remove one of them.'],
    [
      { additionalAttributes: ['shout'], exclude: ['shout'] },
      'Person: "shout" is listed in additionalAttributes and in exclude; remove one.',
    ],
    [
      { additionalAttributes: ['whisper'] },
      'Person has no getter or method "whisper" (option "additionalAttributes").',
    ],
    [
      { additionalAttributes: ['name'] },
      'Person.name is a column or relation already; take it out of additionalAttributes.',
    ],
    [
      { primaryKey: 'nmae' },
      'Person has no column "nmae" (option "primaryKey"). Columns: id, name, age, nick, password.',
    ],
    [
      { primaryKey: 'age' },
      'Person.age cannot be the primaryKey: it is not unique. Add @Unique() or { unique: true }.',
    ],
    [{ includes: ['pets'] }, 'Person has no relationship "pets" (option "includes"). Relationships: none.'],
    [
      { only: ['computers'] },
      'Person.computers is exposed, but Computer is not a resource; add Computer to RestlessModule.forFeature, or do ' +
        'not expose the relation.',
    ],
  ])('%j [SET-13, URL-18]', async (wrong, expected) => {
    expect(await sentence(() => [RestlessModule.forFeature([{ entity: Person, ...options(wrong) }])])).toEqual(
      as(expected),
    );
  });

  it('names the default include that leads nowhere', async () => {
    const entries = [
      { entity: Person, only: ['computers'], includes: ['computers.maker'] },
      { entity: Computer, only: ['owner'] },
    ];

    expect(await sentence(() => [RestlessModule.forFeature(entries)])).toBe(
      'Computer has no relationship "maker" (option "includes" of Person). Relationships: owner.',
    );
  });

  it('checks the options of @Resource as well [SET-13]', async () => {
    @Entity()
    @Resource(options({ collectionname: 'pets' }))
    class Pet {
      @PrimaryGeneratedColumn() id!: number;
    }

    expect(await sentence(() => [RestlessModule.forFeature([Pet])], [Pet])).toMatch(
      /^Pet: there is no option "collectionname"\. Is "collectionName" meant\? Options: collectionName, /,
    );
  });

  it('refuses an empty name for a collection [URL-08]', async () => {
    expect(await sentence(() => [RestlessModule.forFeature([{ entity: Person, collectionName: '' }])])).toBe(
      'Person: the option "collectionName" has to be a name without slash, ?, # or space.',
    );
  });
});

describe('options of the module', () => {
  it.each([
    [
      { prefx: 'api' },
      /^RestlessModule\.forRoot: there is no option "prefx"\. Options: prefix, methods, .*baseUrl, .*trailingSlash.*\.$/,
    ],
    [
      { scope: { name: 'id', op: 'eq', val: 1 } } as never,
      'RestlessModule.forRoot: "scope" is an option of single resources, of @Resource or forFeature.',
    ],
    [{ prefix: 1 }, 'RestlessModule.forRoot: the option "prefix" has to be a path such as "api", or "" for the root.'],
    [
      { cursorSecret: 'short' },
      'RestlessModule.forRoot: the option "cursorSecret" has to be a text of at least 16 characters.',
    ],
    [{ pageSize: '10' }, 'RestlessModule.forRoot: the option "pageSize" has to be a whole number, 0 for no paging.'],
    [{ formats: 'json-api' }, 'RestlessModule.forRoot: the option "formats" has to be a list of json-api, flat-json.'],
    [
      { limits: { filterNode: 1 } },
      /^RestlessModule\.forRoot: there is no limit "filterNode"\. Limits: filterNodes, filterDepth, listLength, .*\.$/,
    ],
    [{ limits: { sortKeys: 0 } }, 'RestlessModule.forRoot: the limit "sortKeys" has to be a number above 0.'],
    [
      { operators: { near: 'ST_DWithin' } },
      'RestlessModule.forRoot: the operator "near" has to be a function that returns SQL.',
    ],
    [{ baseUrl: 1 }, 'RestlessModule.forRoot: the option "baseUrl" has to be a URL such as "https://example.org".'],
    [{ groups: ['admin'] }, 'RestlessModule.forRoot: the option "groups" has to be a function of the request.'],
    [
      { exposeVersion: '2' },
      'RestlessModule.forRoot: the option "exposeVersion" has to be a number, or a function of the request.',
    ],
    [
      { unknownParameters: 'allow' },
      'RestlessModule.forRoot: the option "unknownParameters" has to be "reject" or "ignore".',
    ],
    [
      { strictParameterNames: 'yes' },
      'RestlessModule.forRoot: the option "strictParameterNames" has to be true or false.',
    ],
    [{ trailingSlash: 'always' }, 'RestlessModule.forRoot: the option "trailingSlash" has to be "never" or "ignore".'],
  ])('%j [SET-13]', async (wrong, expected) => {
    expect(
      await sentence(() => [RestlessModule.forRoot(wrong as object), RestlessModule.forFeature([Person])]),
    ).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it('are checked when a factory makes them [SET-03]', async () => {
    const factory = () => Promise.resolve({ maxPageSize: -1 });

    expect(await sentence(() => [RestlessModule.forRootAsync({ useFactory: factory })])).toBe(
      'RestlessModule.forRoot: the option "maxPageSize" has to be a whole number, null for no bound.',
    );
  });

  it('cannot be given twice [SET-07]', async () => {
    expect(
      await sentence(() => [RestlessModule.forRoot({ prefix: 'a' }), RestlessModule.forRoot({ prefix: 'b' })]),
    ).toBe(
      'RestlessModule.forRoot is imported twice; give the defaults once, and a prefix of its own to an entry of forFeature.',
    );
  });
});

describe('entries of forFeature', () => {
  it('have to be in a list', () => {
    expect(() => RestlessModule.forFeature(Person as never)).toThrow(
      new RestlessConfigError('RestlessModule.forFeature takes a list of entities, such as [Person].'),
    );
  });

  it.each([
    ['undefined, as an import that goes in a circle gives', undefined],
    ['options without an entity', { collectionName: 'people' }],
    ['a number', 1],
  ])('cannot be %s', (_words, entry) => {
    expect(() => RestlessModule.forFeature([Person, entry as never])).toThrow(
      new RestlessConfigError(
        'RestlessModule.forFeature: entry 2 is no entity. Give a class, an EntitySchema, or { entity, … } with options.',
      ),
    );
  });

  it('have to be entities of the data source [SET-02]', async () => {
    class Stranger {}

    expect(await sentence(() => [RestlessModule.forFeature([Stranger])])).toBe(
      'Stranger is not an entity of its data source; add it to its "entities".',
    );
  });

  it('cannot share an address [SET-07]', async () => {
    const twice = [Person, { entity: Computer, collectionName: 'person' }];

    expect(await sentence(() => [RestlessModule.forFeature(twice)])).toBe(
      'Computer and Person both want the address /api/person; give one of them another collectionName or prefix.',
    );
  });

  it('cannot be repeated in another module at the same address [SET-07]', async () => {
    const [first, second] = [RestlessModule.forFeature([Person]), RestlessModule.forFeature([Person])];

    expect(await sentence(() => [first, second])).toBe(
      'Person and Person both want the address /api/person; give one of them another collectionName or prefix.',
    );
  });

  it('cannot expose a relation to what is no resource [SET-13]', async () => {
    expect(await sentence(() => [RestlessModule.forFeature([Computer])])).toBe(
      'Computer.owner is exposed, but Person is not a resource; add Person to RestlessModule.forFeature, or do not ' +
        'expose the relation.',
    );
  });
});

describe('relations that no side stores', () => {
  @Entity()
  class Tag {
    @PrimaryGeneratedColumn() id!: number;
    @ManyToMany(() => Post, (post) => post.tags) posts!: Relation<Post>[];
  }

  @Entity()
  class Post {
    @PrimaryGeneratedColumn() id!: number;
    @ManyToMany(() => Tag, (tag) => tag.posts) tags!: Relation<Tag>[];
  }

  @Entity()
  class Draft {
    @PrimaryGeneratedColumn() id!: number;
    @OneToOne(() => Draft) original!: Relation<Draft>;
  }

  it.each([
    [Post, 'Post.tags has no @JoinTable(); give it one, or Tag.posts.'],
    [Draft, 'Draft.original has no @JoinColumn(); give it one.'],
  ])('are an error, which TypeORM would keep until they are asked for', async (entity, expected) => {
    expect(await sentence(() => [RestlessModule.forFeature([entity])], [Post, Tag, Draft])).toBe(expected);
  });
});

describe('names of fields', () => {
  @Entity()
  class Parcel {
    @PrimaryGeneratedColumn() key!: number;
    @Expose() @Column({ type: 'varchar' }) type!: string;
  }

  @Entity()
  class Wallet {
    @PrimaryGeneratedColumn() key!: number;
    @Expose() @Column({ type: 'varchar' }) id!: string;
  }

  @Entity()
  class Node {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @ManyToOne(() => Node) relationships!: Relation<Node>;
  }

  @Entity()
  class Note {
    @PrimaryGeneratedColumn() id!: number;
    @Expose({ name: 'a+b' }) @Column({ type: 'varchar' }) text!: string;
  }

  @Entity()
  class Twins {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column({ type: 'varchar' }) castor!: string;
    @Expose({ name: 'castor' }) @Column({ type: 'varchar' }) pollux!: string;
  }

  @Entity()
  class Mixed {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column({ type: 'varchar' }) parent!: string;
    @Expose({ name: 'parent' }) @ManyToOne(() => Mixed) above!: Relation<Mixed>;
  }

  @Entity()
  class Tree {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @ManyToOne(() => Tree) above!: Relation<Tree>;
    @Expose({ name: 'above' }) @ManyToOne(() => Tree) below!: Relation<Tree>;
  }

  class Place {
    @Expose() @Column({ type: 'varchar' }) city!: string;
    @Expose({ name: 'city' }) @Column({ type: 'varchar' }) town!: string;
  }

  @Entity()
  class Shop {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column(() => Place) place!: Place;
  }

  it.each([
    [Parcel, 'Parcel.type cannot be called "type" in JSON:API; rename it with @Expose({ name }).'],
    [Wallet, 'Wallet.id would be called "id", which is the resource\'s identity; rename it with @Expose({ name }).'],
    [Node, 'Node.relationships cannot be called "relationships" in JSON:API; rename it with @Expose({ name }).'],
    [Note, 'Note.text: "a+b" is no legal JSON:API member name; rename it with @Expose({ name }).'],
    [Twins, 'Twins: two fields are called "castor"; rename one with @Expose({ name }).'],
    [Shop, 'Shop: two fields are called "place.city"; rename one with @Expose({ name }).'],
    [Mixed, 'Mixed: an attribute and a relationship are both called "parent"; rename one with @Expose({ name }).'],
    [Tree, 'Tree: two fields are called "above"; rename one with @Expose({ name }).'],
  ])('of %p are checked [SET-13, URL-11]', async (entity, expected) => {
    expect(await sentence(() => [RestlessModule.forFeature([entity])], [entity])).toBe(expected);
  });
});
