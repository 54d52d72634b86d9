/**
 * Answers that are written as text at once have the same bytes as those whose document somebody sees first: every recorded
 * request to read goes to two applications, one of which has a postprocessor that does nothing. It is sent in the format that
 * it was recorded in, and then to the same resources in the other one.
 */
import type { AddressInfo, Server } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Catalogue } from '../../src/nest/catalogue.js';
import { WIRE_FORMAT_NAMES, wireFormat } from '../../src/wire/formats.js';
import { type Answer, hangUp, send } from './answer.js';
import { type Case, readDataset } from './cases.js';
import { load } from './runner.js';
import { SUITES } from './suites.js';
import { World } from './world.js';

const FOLDER = 'test/conformance/cases';
const READS = ['GET_COLLECTION', 'GET_RESOURCE', 'GET_RELATION', 'GET_RELATED_RESOURCE', 'GET_RELATIONSHIP'];

describe.each(SUITES.map((suite) => [suite.name, suite] as const))('the recorded reads of %s', (_name, suite) => {
  const material = load(suite, FOLDER);
  const recorded = suite.name === 'classic' ? 'flat-json' : 'json-api';
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

  const answered = new Set<string>();
  const runs = [...reads.keys()].flatMap((name) => WIRE_FORMAT_NAMES.map((format) => [name, format] as const));

  it.each(runs)(
    'have the same bytes whether or not somebody sees the documents (%s, %s)',
    async (name, format) => {
      const start = async (seen: boolean): Promise<INestApplication> => {
        const module = suite.module(material.profiles.get(name)!, world.options);
        const app = await NestFactory.create(module, new ExpressAdapter(), { logger: false, abortOnError: false });
        await app.listen(0, '127.0.0.1');
        for (const served of app.get(Catalogue).all()) {
          Object.assign(served, { formats: [wireFormat(format)] });
          for (const key of seen ? READS : []) served.processors.add('postprocessors', 'service', key, () => undefined);
        }
        return app;
      };
      const { mediaType } = wireFormat(format);
      const apps = [await start(false), await start(true)];
      const ports = apps.map((app) => ((app.getHttpServer() as Server).address() as AddressInfo).port);
      const different: unknown[] = [];
      for (const step of reads.get(name)!) {
        const asked = format === recorded ? step : { ...step, headers: { Accept: mediaType } };
        const [plain, seen] = (await Promise.all(ports.map((port) => send(port, asked)))) as [Answer, Answer];
        if (plain.status === 200) answered.add(format);
        if (!isDeepStrictEqual(bytesOf(plain), bytesOf(seen))) different.push([step.path, plain, seen]);
      }
      for (const app of apps) await app.close();

      expect(different).toEqual([]);
    },
    300_000,
  );

  it('have an answer in every format', () => {
    expect([...answered].sort()).toEqual([...WIRE_FORMAT_NAMES].sort());
  });
});

/** What an answer is, apart from when. */
function bytesOf({ status, headers, text }: Answer): unknown {
  const { date: _, ...others } = headers;
  return [status, others, text];
}
