/**
 * Whether a server's memory grows with its requests: what it holds after 10,000 of them, and after many more.
 */
import { provide, tidy } from './data.js';
import type { Place } from './databases.js';
import type { Generator } from './load.js';
import type { Usage } from './servers/serve.js';
import { Running, type Server } from './servers.js';
import type { Asked } from './work.js';

/** Requests before the first look. */
const FIRST = 10_000;

/** What the memory may have grown by. */
const BOUND = 1.05;

const ACCEPT = { accept: 'application/vnd.api+json' };

/** A mix of several shapes, with other rows and values every time. */
export const MIX: readonly Asked[] = [
  '/api/person/{row}',
  '/api/person?page[size]=20&include=computers',
  '/api/person?page[size]=20&filter[age]={age}',
  '/api/person?page[size]=5&filter[objects]=[{"name":"name","op":"eq","val":"Person {n}"}]',
  '/api/person/{row}/computers?page[size]=3',
  '/api/computer?page[size]=5&sort=-price&fields[computer]=serial,price',
].map((path) => ({
  method: 'GET',
  path: encodeURI(path).replaceAll('%7B', '{').replaceAll('%7D', '}'),
  headers: ACCEPT,
}));

/** Prints what one server holds, and whether that is within the bound. */
export async function measureMemory(
  generator: Generator,
  place: Place,
  server: Server,
  connections: number,
  requests: number,
): Promise<void> {
  await provide(place, false);
  await tidy(place);
  const running = await Running.start(server, place);
  const send = async (amount: number): Promise<Usage> => {
    await generator.run({ origin: running.origin, asked: MIX, connections, extent: { amount } });
    return running.usage('collect');
  };
  const show = (count: number, { heap, rss }: Usage): void =>
    console.log(`  after ${count.toLocaleString('en')} requests: heap ${megabytes(heap)}, resident ${megabytes(rss)}`);
  try {
    console.log(`\n${server.title}, ${place.kind}, ${place.size.toLocaleString('en')} persons`);
    const first = await send(FIRST);
    show(FIRST, first);
    let last = first;
    // In ten steps: growth that goes on looks different from growth that comes to an end.
    for (let step = 1; step <= 10; step++) {
      last = await send(Math.ceil((requests - FIRST) / 10 / connections) * connections);
      show(Math.round(FIRST + ((requests - FIRST) * step) / 10), last);
    }
    const [heap, rss] = [last.heap / first.heap, last.rss / first.rss];
    const verdict = heap <= BOUND && rss <= BOUND ? 'within' : 'beyond';
    console.log(`  ratio: heap ${heap.toFixed(3)}, resident ${rss.toFixed(3)}: ${verdict} ${BOUND}`);
  } finally {
    await running.stop();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
