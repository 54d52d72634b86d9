/**
 * Articles and their authors, with a join entity between them, and tags and a journal to pluck names from. Ids count from 1
 * in the order of the lists.
 */
import { Expose } from 'class-transformer';
import { Pluck, Through } from 'nestjs-restless';
import {
  Column,
  DeleteDateColumn,
  type DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

@Entity()
export class Journal {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ groups: ['admin'] }) @Column({ default: 'daily' }) rhythm!: string;
  @Column({ default: false }) isHidden!: boolean;
}

@Entity()
export class Tag {
  @PrimaryColumn({ type: 'varchar', length: 50 }) name!: string;
  @Expose() @Column({ type: 'int', default: 0 }) weight!: number;
}

@Entity()
export class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column({ default: false }) isHidden!: boolean;
  @OneToMany(() => Authorship, (authorship) => authorship.author) authorships!: Relation<Authorship>[];
  @Expose() @Through('authorships.article') articles!: Relation<Article>[];
  @Expose() @Pluck('articles.title') titles!: string[];
}

@Entity()
export class Article {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @ManyToOne(() => Journal) journal!: Relation<Journal> | null;
  @ManyToMany(() => Tag) @JoinTable() tags!: Relation<Tag>[];
  @OneToMany(() => Authorship, (authorship) => authorship.article) authorships!: Relation<Authorship>[];

  @Expose() @Through('authorships.author') authors!: Relation<Author>[];
  @Expose() @Pluck('tags.name') tagNames!: string[];
  @Expose() @Pluck('tags.weight') weights!: number[];
  @Expose() @Pluck('journal.name') journalName!: string | null;
  @Expose() @Pluck('journal.rhythm') rhythm!: string | null;
}

/** Who wrote what, and how much of it. */
@Entity()
export class Authorship {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'int', default: 100 }) share!: number;
  @ManyToOne(() => Author, (author) => author.authorships) author!: Relation<Author>;
  @ManyToOne(() => Article, (article) => article.authorships) article!: Relation<Article>;
  @DeleteDateColumn() withdrawn!: Date | null;
}

export const ARTICLE_ENTITIES = [Journal, Tag, Author, Article, Authorship];

/** Ada wrote 1 and 2, Bob 2, the hidden Cy 3; nobody wrote 4. Ada's second part of 1 and Bob's of 3 are withdrawn. */
export async function seedArticles({ manager }: DataSource): Promise<void> {
  const [ada, bob, cy] = await manager.save(Author, [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Cy', isHidden: true }]);
  const [daily, hidden] = await manager.save(Journal, [{ name: 'Daily' }, { name: 'Hidden', isHidden: true }]);
  const [red, blue, green] = await manager.save(Tag, [
    { name: 'red', weight: 1 },
    { name: 'blue', weight: 2 },
    { name: 'green', weight: 3 },
  ]);
  const [first, second, third] = await manager.save(Article, [
    { title: 'First', journal: daily!, tags: [red!, blue!] },
    { title: 'Second', journal: hidden!, tags: [red!] },
    { title: 'Third', tags: [green!] },
    { title: 'Fourth' },
  ]);
  const rows = await manager.save(Authorship, [
    { author: ada!, article: first!, share: 60 },
    { author: ada!, article: first!, share: 40 },
    { author: ada!, article: second!, share: 50 },
    { author: bob!, article: second!, share: 50 },
    { author: cy!, article: third! },
    { author: bob!, article: third! },
  ]);
  await manager.softRemove(Authorship, [rows[5]!]);
}
