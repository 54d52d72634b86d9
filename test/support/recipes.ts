/**
 * Recipes whose tags, steps and cuisine are plucked from rows of their own, and which lead to cooks through the rows of a join
 * entity. Ids count from 1 in the order of the lists.
 */
import { Expose } from 'class-transformer';
import { ArrayMaxSize, IsOptional, MaxLength } from 'class-validator';
import { Pluck } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

@Entity()
export class Label {
  @PrimaryGeneratedColumn() id!: number;
  @MaxLength(8) @Expose() @Column({ unique: true }) name!: string;
  @Column({ default: false }) isHidden!: boolean;
}

@Entity()
export class Cuisine {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ groups: ['chef'] }) @Column({ type: 'int', default: 1 }) rank!: number;
}

@Entity()
export class Step {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @ManyToOne(() => Recipe, (recipe) => recipe.steps) recipe!: Relation<Recipe> | null;
}

@Entity()
export class Recipe {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @ManyToMany(() => Label) @JoinTable() labels!: Relation<Label>[];
  @OneToMany(() => Step, (step) => step.recipe) steps!: Relation<Step>[];
  @ManyToOne(() => Cuisine) cuisine!: Relation<Cuisine> | null;

  @IsOptional() @ArrayMaxSize(4) @Expose() @Pluck('labels.name') labelNames!: string[];
  @Expose({ toPlainOnly: true }) @Pluck('labels.id') labelIds!: number[];
  @Expose() @Pluck('steps.text') stepTexts!: string[];
  @Expose() @Pluck('cuisine.name') cuisineName!: string | null;
  @Expose() @Pluck('cuisine.rank') cuisineRank!: number | null;
}

export const RECIPE_ENTITIES = [Label, Cuisine, Step, Recipe];

/** Soup is hot and sour, of the first of two Thai cuisines, in two steps; salad is cold and has a step of the same text. */
export async function seedRecipes({ manager }: DataSource): Promise<void> {
  const [hot, sour, cold] = await manager.save(Label, [
    { name: 'hot' },
    { name: 'sour' },
    { name: 'cold' },
    { name: 'secret', isHidden: true },
  ]);
  const [thai] = await manager.save(Cuisine, [{ name: 'Thai' }, { name: 'Thai', rank: 2 }, { name: 'Lao', rank: 3 }]);
  const [soup, salad] = await manager.save(Recipe, [
    { title: 'Soup', labels: [hot!, sour!], cuisine: thai! },
    { title: 'Salad', labels: [cold!] },
  ]);
  await manager.save(Step, [
    { text: 'boil', recipe: soup! },
    { text: 'serve', recipe: soup! },
    { text: 'serve', recipe: salad! },
  ]);
}
