/**
 * Tests in a real browser: Chromium, headless, without a network of its own. A machine that has none leaves them out, which
 * the run says at its head; with `CI` set it is a failure.
 */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page, and what it complained of. */
export interface OpenPage {
  readonly page: Page;
  /** Errors on the console, exceptions, and violations of the Content-Security-Policy. */
  readonly complaints: readonly string[];
  /** The addresses that the page asked for, with the types that its script named. */
  readonly asked: readonly string[];
}

/** Opens pages in contexts of their own: no cookies, nothing cached. The block's end closes them. */
export type Open = (options?: BrowserContextOptions) => Promise<OpenPage>;

/**
 * Runs a block of tests with a browser.
 *
 * @example
 * describeBrowser((open) => {
 *   it('shows the page', async () => {
 *     const { page, complaints } = await open();
 *     await page.goto(`${app.url}/api`);
 *     expect(complaints).toEqual([]);
 *   });
 * });
 */
export function describeBrowser(block: (open: Open) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    if (process.env.CI) describe('in Chromium', () => it('has a browser', failMissing));
    else describe('without Chromium', () => it('leaves these tests out', () => undefined));
    return;
  }
  describe('in Chromium', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ARGUMENTS });
    });
    afterAll(() => browser?.close());
    block((options) => openPage(browser, options));
  });
}

function failMissing(): never {
  throw new Error(
    'CI is set, so the tests want a browser, but there is no chromium on the PATH, nor at CHROMIUM_PATH.',
  );
}

async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<OpenPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => {
    // A status that is no success is told as an error as well.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => asked.push(`${request.url()} ${request.headers()['accept'] ?? ''}`));
  await page.exposeFunction('complain', (words: string) => void complaints.push(words));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => complain(event.violatedDirective + ' ' + event.blockedURI))`,
  );
  return { page, complaints, asked };
}
