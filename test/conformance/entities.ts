/**
 * The entities behind the recorded answers. Property names are the recorded wire names, foreign keys are fields beside the
 * relation and discriminators are fields too, which profiles hide where the recorded system did, and every column type exists on SQLite, PostgreSQL and
 * MariaDB alike.
 */
import { Expose } from 'class-transformer';
import {
  ChildEntity,
  Column,
  Entity,
  getMetadataArgsStorage,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
  Unique,
  VirtualColumn,
} from 'typeorm';

@Entity('person')
export class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', unique: true, nullable: true }) name!: string | null;
  @Column({ type: 'integer', nullable: true }) age!: number | null;
  @Column({ type: 'double precision', nullable: true }) height!: number | null;
  @Column({ type: 'date', nullable: true }) birth_date!: string | null;
  @Column({ type: 'double precision', nullable: true }) other!: number | null;
  @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
  @OneToMany(() => Article, (article) => article.author) articles!: Relation<Article>[];
  @OneToMany(() => Comment, (comment) => comment.author) comments!: Relation<Comment>[];

  @VirtualColumn({ type: 'integer', query: (person) => `SELECT COUNT(*) FROM computer WHERE owner_id = ${person}.id` })
  computer_count!: number;

  /** A hybrid property of the recorded system: null where the age is. */
  @VirtualColumn({ type: 'boolean', query: (person) => `SELECT ${person}.age < 18` })
  is_minor!: boolean | null;

  /** The other hybrid property: another name of the name, for reading and for writing. */
  @VirtualColumn({ type: 'varchar', query: (person) => `SELECT ${person}.name` })
  get nickname(): string | null {
    return this.name;
  }

  set nickname(nickname: string | null) {
    this.name = nickname;
  }

  shout(): string {
    return `${(this.name ?? 'None').toUpperCase()}!`;
  }
}

@Entity('computer')
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', unique: true, nullable: true }) name!: string | null;
  @Column({ type: 'varchar', nullable: true }) vendor!: string | null;
  @Column({ type: Date, precision: 6, nullable: true }) purchase_time!: Date | null;
  @Expose() @Column({ type: 'integer', nullable: true }) owner_id!: number | null;

  @ManyToOne(() => Person, (person) => person.computers, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'owner_id' })
  owner!: Relation<Person> | null;

  label(): string {
    return `${this.vendor ?? 'None'}/${this.name}`;
  }
}

@Entity('article')
export class Article {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', nullable: true }) title!: string | null;
  @Column({ type: 'text', nullable: true }) body!: string | null;
  @Expose() @Column({ type: 'integer', nullable: true }) author_id!: number | null;

  @ManyToOne(() => Person, (person) => person.articles, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'author_id' })
  author!: Relation<Person> | null;

  @OneToMany(() => Comment, (comment) => comment.article) comments!: Relation<Comment>[];

  @ManyToMany(() => Tag, (tag) => tag.articles)
  @JoinTable({ name: 'article_tag', joinColumn: { name: 'article_id' }, inverseJoinColumn: { name: 'tag_name' } })
  tags!: Relation<Tag>[];

  get headline(): string {
    return `* ${this.title} *`;
  }

  get title_length(): number {
    return (this.title ?? '').length;
  }
}

@Entity('comment')
export class Comment {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'text', nullable: true }) body!: string | null;
  @Expose() @Column({ type: 'integer', nullable: true }) article_id!: number | null;
  @Expose() @Column({ type: 'integer', nullable: true }) author_id!: number | null;

  @ManyToOne(() => Article, (article) => article.comments, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'article_id' })
  article!: Relation<Article> | null;

  @ManyToOne(() => Person, (person) => person.comments, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'author_id' })
  author!: Relation<Person> | null;
}

@Entity('tag')
export class Tag {
  @PrimaryColumn({ type: 'varchar' }) name!: string;
  @ManyToMany(() => Article, (article) => article.tags) articles!: Relation<Article>[];
}

@Entity('reminder')
export class Reminder {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', nullable: true }) name!: string | null;
  @Column({ type: 'time', nullable: true }) at!: string | null;
  /** Seconds: an interval type exists on PostgreSQL only. */
  @Column({ type: 'double precision', nullable: true }) duration!: number | null;
  @Column({ type: 'boolean', nullable: true }) done!: boolean | null;
  @Column({ type: Date, precision: 6, nullable: true }) remind_at!: Date | null;
}

@Entity('employee')
@TableInheritance({ column: { name: 'type', type: 'varchar' } })
export class Employee {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar' }) type!: string;
  @Column({ type: 'varchar', nullable: true }) name!: string | null;
}

// TypeORM has a decorator for the discriminator of a child, and none for that of the root.
getMetadataArgsStorage().discriminatorValues.push({ target: Employee, value: 'employee' });

@ChildEntity('manager')
export class Manager extends Employee {
  @Column({ type: 'integer', nullable: true }) bonus!: number | null;
}

@Entity('category')
export class Category {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', nullable: true }) name!: string | null;
  @Expose() @Column({ type: 'integer', nullable: true }) parent_id!: number | null;

  @ManyToOne(() => Category, (category) => category.children, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'parent_id' })
  parent!: Relation<Category> | null;

  @OneToMany(() => Category, (category) => category.parent) children!: Relation<Category>[];
}

@Entity('account')
@Unique(['email'])
export class Account {
  @PrimaryColumn({ type: 'integer' }) id!: number;
  @PrimaryColumn({ type: 'varchar' }) email!: string;
  @Column({ type: 'varchar', nullable: true }) nick!: string | null;
}

/** Every entity by the name that the profiles give it. */
export const ENTITIES = {
  person: Person,
  computer: Computer,
  article: Article,
  comment: Comment,
  tag: Tag,
  reminder: Reminder,
  employee: Employee,
  manager: Manager,
  category: Category,
  account: Account,
} as const;

export type EntityName = keyof typeof ENTITIES;

export function isEntityName(name: string): name is EntityName {
  return Object.hasOwn(ENTITIES, name);
}
