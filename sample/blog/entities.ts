/** What the blog keeps, and which fields of it are whose. */
import { UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { Expose } from 'class-transformer';
import { IsEmail, Length } from 'class-validator';
import { Resource } from 'nestjs-restless';
import {
  BeforeInsert,
  BeforeUpdate,
  Column,
  CreateDateColumn,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { SignedIn } from './auth.guard.js';
import { hashPassword, isHash } from './password.js';
import { CommentPermissions, PostPermissions, UserPermissions } from './permissions.js';

/** The guard, and what the OpenAPI document says of it. */
const signedIn = [UseGuards(SignedIn), ApiBearerAuth()];

/** Everybody may sign up, and change what is theirs. Only editors read addresses, and say who is an editor. */
@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH'],
  decorators: { PATCH: signedIn },
  readable: { '*': true, email: { groups: ['editor'] } },
  permissions: UserPermissions,
})
export class User {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Length(1, 40) @Column({ unique: true }) name!: string;
  @Expose() @IsEmail() @Column() email!: string;
  /** Written, and never read. */
  @Expose({ toClassOnly: true }) @Length(10, 72) @Column({ select: false }) password!: string;
  @Expose({ groups: ['editor'] }) @Column({ default: 'author' }) role!: string;
  @Expose({ toPlainOnly: true }) @OneToMany(() => Post, (post) => post.author) posts!: Relation<Post>[];

  /** Listeners run when everything has been checked. */
  @BeforeInsert()
  @BeforeUpdate()
  async hash(): Promise<void> {
    if (this.password !== undefined && !isHash(this.password)) this.password = await hashPassword(this.password);
  }
}

/** A draft until it is published. */
@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  decorators: { POST: signedIn, PATCH: signedIn, DELETE: signedIn },
  permissions: PostPermissions,
  allowFunctions: true,
})
export class Post {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Length(1, 120) @Column() title!: string;
  @Expose() @Column('text') body!: string;
  /** No more comments. */
  @Expose() @Column({ default: false }) closed!: boolean;
  /** Set by publishing. */
  @Expose({ toPlainOnly: true }) @Column({ type: Date, nullable: true }) publishedAt!: Date | null;
  @Expose({ groups: ['editor'] }) @Column({ type: 'varchar', nullable: true }) editorNote!: string | null;
  /** Set by the server: nobody writes in another's name. */
  @Expose({ toPlainOnly: true })
  @ManyToOne(() => User, (user) => user.posts, { nullable: false })
  author!: Relation<User>;
  @Expose({ toPlainOnly: true }) @OneToMany(() => Comment, (comment) => comment.post) comments!: Relation<Comment>[];
}

/** A comment stays with its post. */
@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  decorators: { POST: signedIn, PATCH: signedIn, DELETE: signedIn },
  createOnly: ['post'],
  permissions: CommentPermissions,
})
export class Comment {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Length(1, 1000) @Column() body!: string;
  @Expose({ toPlainOnly: true }) @CreateDateColumn() createdAt!: Date;
  @Expose({ toPlainOnly: true }) @ManyToOne(() => User, { nullable: false }) author!: Relation<User>;
  @Expose()
  @ManyToOne(() => Post, (post) => post.comments, { nullable: false, onDelete: 'CASCADE' })
  post!: Relation<Post>;
}
