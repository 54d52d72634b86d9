/**
 * A world for filters and sorts: authors, books, tags, editions and copies. It has what people.ts has not: an embedded
 * object, a virtual column, relations of all kinds and to itself, a composite key and a key of text. The rows are plain
 * data, so that a test can say what a filter means without a database.
 *
 * Text is lower-case and ASCII, where all databases agree on order and case.
 */
import { Expose } from 'class-transformer';
import { MemoryRepository, Resource } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  VirtualColumn,
} from 'typeorm';

export class Address {
  @Column({ type: 'varchar', nullable: true }) city!: string | null;
  @Column({ type: 'varchar', nullable: true }) country!: string | null;
}

@Entity()
@Index(['mentor', 'id'])
@Resource()
export class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) born!: number | null;
  @Expose() @Column({ type: Boolean, nullable: true }) living!: boolean | null;
  @Expose() @Column(() => Address) address!: Address;

  @Expose()
  @VirtualColumn({ type: 'int', query: (author) => `SELECT COUNT(*) FROM book WHERE author_id = ${author}.id` })
  bookCount!: number;

  @Expose() @ManyToOne(() => Author, (author) => author.students) mentor!: Relation<Author> | null;
  @Expose() @OneToMany(() => Author, (author) => author.mentor) students!: Relation<Author>[];
  @Expose() @ManyToMany(() => Author, (author) => author.admirers) @JoinTable() admires!: Relation<Author>[];
  @Expose() @ManyToMany(() => Author, (author) => author.admires) admirers!: Relation<Author>[];
  @Expose() @OneToMany(() => Book, (book) => book.author) books!: Relation<Book>[];
}

@Entity()
@Index(['author', 'id'])
@Resource()
export class Book {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) subtitle!: string | null;
  @Expose() @Column({ type: 'int', nullable: true }) pages!: number | null;
  @Expose() @Column({ type: 'decimal', precision: 8, scale: 2, nullable: true }) price!: string | null;
  @Expose() @Column({ type: 'date', nullable: true }) published!: string | null;

  @Expose()
  @ManyToOne(() => Author, (author) => author.books)
  @JoinColumn({ name: 'author_id' })
  author!: Relation<Author> | null;

  @Expose() @ManyToMany(() => Tag, (tag) => tag.books) @JoinTable() tags!: Relation<Tag>[];
  @Expose() @OneToMany(() => Edition, (edition) => edition.book) editions!: Relation<Edition>[];
}

@Entity()
@Resource()
export class Tag {
  @Expose() @PrimaryColumn() label!: string;
  @Expose() @ManyToMany(() => Book, (book) => book.tags) books!: Relation<Book>[];
}

@Entity()
@Resource()
export class Edition {
  @Expose() @PrimaryColumn() press!: string;
  @Expose() @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column({ type: 'int', nullable: true }) run!: number | null;
  @Expose() @ManyToOne(() => Book, (book) => book.editions) book!: Relation<Book> | null;
  @Expose() @OneToMany(() => Copy, (copy) => copy.edition) copies!: Relation<Copy>[];
}

@Entity()
@Resource()
export class Copy {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) lentTo!: string | null;
  @Expose() @ManyToOne(() => Edition, (edition) => edition.copies) edition!: Relation<Edition> | null;
}

export const LIBRARY = [Author, Book, Tag, Edition, Copy];

export const AUTHORS = [
  { id: 1, name: 'ann', born: 1900, living: false, city: 'rome', country: 'italy', mentor: null, admires: [2, 3] },
  { id: 2, name: 'ben', born: 1931, living: true, city: 'oslo', country: null, mentor: 1, admires: [1] },
  { id: 3, name: 'cid', born: null, living: null, city: null, country: null, mentor: 1, admires: [] },
  { id: 4, name: 'dee', born: 1931, living: true, city: 'bern', country: 'bern', mentor: 2, admires: [4, 1] },
  { id: 5, name: 'eve', born: 1977, living: false, city: 'eve', country: 'malta', mentor: 4, admires: [] },
  { id: 6, name: 'annabel', born: null, living: true, city: 'rome', country: 'italy', mentor: null, admires: [5] },
] as const;

export const BOOKS = [
  {
    id: 1,
    title: 'dunes',
    subtitle: null,
    pages: 300,
    price: '9.50',
    published: '1999-12-31',
    author: 1,
    tags: ['sea', 'sand'],
  },
  { id: 2, title: 'dust', subtitle: 'dust', pages: 120, price: '300.00', published: '2000-01-01', author: 1, tags: [] },
  { id: 3, title: 'rain', subtitle: 'a_b', pages: null, price: null, published: null, author: 2, tags: ['sea'] },
  {
    id: 4,
    title: 'wind',
    subtitle: 'sea',
    pages: 45,
    price: '45.00',
    published: '2024-02-29',
    author: 4,
    tags: ['air', 'sea', 'sand'],
  },
  {
    id: 5,
    title: 'a%b',
    subtitle: 'x',
    pages: 300,
    price: '0.10',
    published: '2000-01-01',
    author: null,
    tags: ['air'],
  },
  { id: 6, title: 'axb', subtitle: null, pages: 7, price: '7.25', published: '1970-01-01', author: 5, tags: [] },
  { id: 7, title: 'a\\b', subtitle: 'ab', pages: -3, price: '-3.00', published: null, author: 5, tags: ['sand'] },
] as const;

export const TAGS = [{ label: 'air' }, { label: 'sand' }, { label: 'sea' }, { label: 'unused' }] as const;

export const EDITIONS = [
  { press: 'acme', number: 1, run: 1000, book: 1 },
  { press: 'acme', number: 2, run: null, book: 1 },
  { press: 'bond', number: 1, run: 50, book: 4 },
  { press: 'bond', number: 2, run: 2, book: 6 },
  { press: 'bond', number: 10, run: 10, book: null },
] as const;

export const COPIES = [
  { id: 1, lentTo: null, edition: { press: 'acme', number: 1 } },
  { id: 2, lentTo: 'zoe', edition: { press: 'acme', number: 1 } },
  { id: 3, lentTo: 'ann', edition: { press: 'bond', number: 1 } },
  { id: 4, lentTo: null, edition: { press: 'bond', number: 10 } },
  { id: 5, lentTo: 'ben', edition: null },
] as const;

/** Fills the tables. */
export async function seedLibrary(dataSource: DataSource): Promise<void> {
  const ref = (id: number | null) => (id === null ? null : { id });
  const { manager } = dataSource;
  await manager.insert(
    Author,
    AUTHORS.map(({ id, name, born, living, city, country, mentor }) => ({
      ...{ id, name, born, living, address: { city, country }, mentor: ref(mentor) },
    })),
  );
  await manager.insert(
    Book,
    BOOKS.map(({ tags: _, author, ...book }) => ({ ...book, author: ref(author) })),
  );
  await manager.insert(Tag, [...TAGS]);
  await manager.insert(
    Edition,
    EDITIONS.map(({ book, ...edition }) => ({ ...edition, book: ref(book) })),
  );
  await manager.insert(
    Copy,
    COPIES.map(({ id, lentTo, edition }) => ({ id, lentTo, edition: edition })),
  );
  for (const { id, tags } of BOOKS) await relate(dataSource, Book, 'tags', id, tags);
  for (const { id, admires } of AUTHORS) await relate(dataSource, Author, 'admires', id, admires);
}

async function relate(
  dataSource: DataSource,
  entity: typeof Book | typeof Author,
  relation: string,
  id: number,
  keys: readonly (number | string)[],
): Promise<void> {
  if (keys.length > 0)
    await dataSource
      .createQueryBuilder()
      .relation(entity, relation)
      .of(id)
      .add([...keys]);
}

/**
 * The same rows in arrays, for a second opinion on what databases answer.
 *
 * @example
 * RestlessModule.forFeature(LIBRARY.map((entity) => ({ entity, repository: libraryInMemory() })));
 */
export function libraryInMemory(): MemoryRepository {
  const id = { type: 'integer', primary: true, generated: true } as const;
  const text = { type: 'text', nullable: true } as const;
  const integer = { type: 'integer', nullable: true } as const;
  return new MemoryRepository([
    {
      entity: Author,
      fields: {
        id,
        name: 'text',
        born: integer,
        living: { type: 'boolean', nullable: true },
        'address.city': text,
        'address.country': text,
        bookCount: { type: 'integer', default: 0 },
      },
      relations: {
        mentor: { to: () => Author },
        students: { to: () => Author, many: true, mappedBy: 'mentor' },
        admires: { to: () => Author, many: true },
        admirers: { to: () => Author, many: true, mappedBy: 'admires' },
        books: { to: () => Book, many: true, mappedBy: 'author' },
      },
      rows: AUTHORS.map(({ city, country, ...author }) => ({
        ...author,
        address: { city, country },
        bookCount: BOOKS.filter((book) => book.author === author.id).length,
      })),
    },
    {
      entity: Book,
      fields: {
        id,
        title: 'text',
        subtitle: text,
        pages: integer,
        price: { type: 'decimal', precision: 8, scale: 2, nullable: true },
        published: { type: 'date', nullable: true },
      },
      relations: {
        author: { to: () => Author },
        tags: { to: () => Tag, many: true },
        editions: { to: () => Edition, many: true, mappedBy: 'book' },
      },
      rows: BOOKS,
    },
    {
      entity: Tag,
      fields: { label: { type: 'text', primary: true } },
      relations: { books: { to: () => Book, many: true, mappedBy: 'tags' } },
      rows: TAGS,
    },
    {
      entity: Edition,
      fields: { press: { type: 'text', primary: true }, number: { type: 'integer', primary: true }, run: integer },
      relations: { book: { to: () => Book }, copies: { to: () => Copy, many: true, mappedBy: 'edition' } },
      rows: EDITIONS,
    },
    {
      entity: Copy,
      fields: { id, lentTo: text },
      relations: { edition: { to: () => Edition } },
      rows: COPIES.map(({ edition, ...copy }) => ({ ...copy, edition: edition && [edition.press, edition.number] })),
    },
  ]);
}
