/**
 * The explorer's page: HTML, style and script in one answer of fixed bytes. It holds no data; the script asks for them at
 * the address that the page stands at, and is let in by the policy named here through its hash.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { STYLE } from './style.js';

/** The page, and the headers that it is safe with. */
export interface ExplorerPage {
  /** @param fault what went wrong, as text, for those who have no script */
  readonly html: (fault?: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the page without a fault. */
  readonly etag: string;
}

const FAULT = '<!--fault-->';

let made: ExplorerPage | undefined;

/** The modules of the script, in an order in which each finds what it imports. */
const MODULES = ['elements', 'query', 'form', 'page'];

/**
 * The page, made when it is first asked for.
 *
 * @throws Error where the script does not lie beside this file, say because the application was bundled without it
 */
export function explorerPage(): ExplorerPage {
  made ??= makePage(MODULES.map((name) => readFileSync(new URL(`./browser/${name}.js`, import.meta.url), 'utf8')));
  return made;
}

function makePage(modules: readonly string[]): ExplorerPage {
  const script = oneScript(modules);
  const html = document(script);
  const policy = [
    `default-src 'none'`,
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(STYLE)}`,
    'img-src data:',
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ];
  return {
    html: (fault = '') => html.replace(FAULT, () => escapeHtml(fault)),
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy.join('; '),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'private, no-cache',
      Vary: 'Accept',
    },
    etag: `"${createHash('sha256').update(html).digest('base64url')}"`,
  };
}

/**
 * Modules as one script: names are the same in all of them, and browsers have no use for comments and indentation.
 *
 * @example
 * oneScript(["export const one = 1;", "import { one } from './one.js';\nconsole.log(one);"]); // two statements
 */
export function oneScript(modules: readonly string[]): string {
  // Compiled modules end with a comment, and without a new line.
  return modules
    .map((source) => `${source}\n`)
    .join('')
    .replace(/\/\*\*[\s\S]*?\*\/ ?/g, '')
    .replace(/^import [\s\S]*?;$|^export (?:\{};$)?/gm, '')
    .replace(/^\s*(?:\/\/.*)?\n|^ +/gm, '');
}

/** A part of the page, as a Content-Security-Policy names it. */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** An icon of its own keeps browsers from asking the application for one. */
function document(script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API explorer</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<nav aria-label="Address"><ol id="trail"></ol></nav>
<form id="login" class="login">
<label for="token">Authorization</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="Bearer token">
<button>Use</button>
</form>
</header>
<main id="main" tabindex="-1">
<h1 id="title">API explorer</h1>
<p id="status" role="status"></p>
<p id="fault" class="fault" role="alert">${FAULT}</p>
<noscript><p>This page asks the API with a script. Without one, send <code>Accept: application/json</code>.</p></noscript>
<div id="content"></div>
</main>
<script type="module">${script}</script>
</body>
</html>
`;
}
