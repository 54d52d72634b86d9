/** Runs the cases of a suite against real applications, one for each profile, over one database and one HTTP adapter. */
import type { AddressInfo, Server } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type Answer, hangUp, send } from './answer.js';
import { type Case, type Exchange, type Profile, readCases, readDataset } from './cases.js';
import { judge, type Outcome, type Suite } from './suite.js';
import { type Database, World } from './world.js';

export const ADAPTERS = ['express', 'fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/** The recorded material of a suite in one folder. */
export interface Material {
  folder: string;
  cases: Case[];
  profiles: Map<string, Profile>;
}

export function load(suite: Suite, folder: string): Material {
  return {
    folder,
    cases: readCases(folder, suite.files.cases),
    profiles: suite.profiles(folder, suite.files.profiles),
  };
}

/** Looks at every answer of an application: what is wrong with one beside what is recorded; undefined where it is sound. */
export type Watch = (application: INestApplication) => (asked: Exchange, answer: Answer) => string | undefined;

export class Runner {
  private readonly applications = new Map<string, Promise<INestApplication>>();
  private readonly watchers = new Map<INestApplication, ReturnType<Watch>>();
  private untouched = true;

  private constructor(
    private readonly suite: Suite,
    private readonly material: Material,
    private readonly world: World,
    private readonly adapter: Adapter,
    private readonly watch: Watch | undefined,
  ) {}

  static async open(
    suite: Suite,
    material: Material,
    database: Database,
    adapter: Adapter,
    watch?: Watch,
  ): Promise<Runner> {
    return new Runner(suite, material, await World.create(database, readDataset(material.folder)), adapter, watch);
  }

  async run(example: Case): Promise<Outcome> {
    const profile = this.material.profiles.get(example.profile);
    try {
      if (profile === undefined) throw new Error(`there is no profile ${example.profile}`);
      return judge(this.suite, example, profile, this.world.database, await this.answers(example, profile));
    } catch (error) {
      return {
        id: example.id,
        verdict: 'failed',
        differences: [error instanceof Error ? error.message : String(error)],
      };
    }
  }

  async close(): Promise<void> {
    for (const application of this.applications.values()) await (await application.catch(() => undefined))?.close();
    hangUp();
    await this.world.close();
  }

  /** The steps of a case go to one dataset, and a case that may have written leaves none behind. */
  private async answers(example: Case, profile: Profile): Promise<Answer[]> {
    const application = await this.application(profile);
    const { port } = (application.getHttpServer() as Server).address() as AddressInfo;
    if (!this.untouched) await this.world.reset();
    this.untouched = example.steps.every(({ method }) => ['GET', 'HEAD', 'OPTIONS'].includes(method));
    const answers: Answer[] = [];
    for (const step of example.steps) {
      const answer = await send(port, step);
      const fault = this.watchers.get(application)?.(step, answer);
      if (fault !== undefined) throw new Error(`${step.method} ${step.path}: ${fault}`);
      answers.push(answer);
    }
    return answers;
  }

  private application(profile: Profile): Promise<INestApplication> {
    const started = this.applications.get(profile.name) ?? this.start(profile);
    this.applications.set(profile.name, started);
    return started;
  }

  private async start(profile: Profile): Promise<INestApplication> {
    const { endsWithSlash: ignoreTrailingSlash = false } = this.suite;
    const application = await NestFactory.create(
      this.suite.module(profile, this.world.options),
      this.adapter === 'express'
        ? new ExpressAdapter()
        : new FastifyAdapter({ routerOptions: { ignoreTrailingSlash } }),
      { logger: false, abortOnError: false },
    );
    if (this.watch !== undefined) this.watchers.set(application, this.watch(application));
    return (await application.listen(0, '127.0.0.1'), application);
  }
}
