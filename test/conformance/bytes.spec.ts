/**
 * Answers that are written as text at once have the same bytes as those whose document somebody sees first: every recorded
 * request to read goes to two applications, one of which has a postprocessor that does nothing.
 */
import type { AddressInfo, Server } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Catalogue } from '../../src/nest/catalogue.js';
import { type Answer, hangUp, send } from './answer.js';
import { type Case, readDataset } from './cases.js';
import { load } from './runner.js';
import { SUITES } from './suites.js';
import { World } from './world.js';

const FOLDER = 'test/conformance/cases';
const READS = ['GET_COLLECTION', 'GET_RESOURCE', 'GET_RELATION', 'GET_RELATED_RESOURCE', 'GET_RELATIONSHIP'];

describe.each(SUITES.map((suite) => [suite.name, suite] as const))('the recorded reads of %s', (_name, suite) => {
  const material = load(suite, FOLDER);
  let world: World;
  beforeAll(async () => {
    world = await World.create('sqlite', readDataset(material.folder));
  });
  afterAll(async () => {
    hangUp();
    await world.close();
  });

  const reads = new Map<string, Case['steps'][number][]>();
  for (const { profile, steps } of material.cases) {
    const [first] = steps;
    if (first?.method === 'GET') reads.set(profile, [...(reads.get(profile) ?? []), first]);
  }

  it.each([...reads.keys()])(
    'have the same bytes whether or not somebody sees the documents (%s)',
    async (name) => {
      const start = async (seen: boolean): Promise<INestApplication> => {
        const module = suite.module(material.profiles.get(name)!, world.options);
        const app = await NestFactory.create(module, new ExpressAdapter(), { logger: false, abortOnError: false });
        await app.listen(0, '127.0.0.1');
        if (!seen) return app;
        for (const { processors } of app.get(Catalogue).all()) {
          for (const key of READS) processors.add('postprocessors', 'service', key, () => undefined);
        }
        return app;
      };
      const apps = [await start(false), await start(true)];
      const ports = apps.map((app) => ((app.getHttpServer() as Server).address() as AddressInfo).port);
      const different: unknown[] = [];
      for (const step of reads.get(name)!) {
        const [plain, seen] = (await Promise.all(ports.map((port) => send(port, step)))) as [Answer, Answer];
        if (plain.text !== seen.text || plain.status !== seen.status)
          different.push([step.path, plain.text, seen.text]);
      }
      for (const app of apps) await app.close();

      expect(different).toEqual([]);
    },
    300_000,
  );
});
