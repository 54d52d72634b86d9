/** What the explorer's page is made of: colours that can be read, and parts that fit into one page. */
import { Script } from 'node:vm';
import ts from 'typescript';
import { oneScript } from '../../src/explorer/page.js';
import { STYLE } from '../../src/explorer/style.js';
import { projectFiles } from '../support/project-files.js';

/** The colours of the light page and of the dark one, by name. */
const palettes = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(
  ([, rules]) => new Map([...rules!.matchAll(/--([\w-]+): (#\w+)/g)].map(([, name, colour]) => [name!, colour!])),
);

/** The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  const [red, green, blue] = [0, 2, 4]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

it.each(['light', 'dark'])('has text of enough contrast on the %s page (WCAG 2.2, 1.4.3)', (mode) => {
  const palette = palettes[mode === 'light' ? 0 : 1]!;
  const texts = [...palette.keys()].filter((name) => !['back', 'panel', 'line', 'on-accent'].includes(name));
  const pairs = texts.flatMap((text) => [
    [text, 'back'],
    [text, 'panel'],
  ]);

  const weak = [...pairs, ['on-accent', 'accent']].filter(
    ([text, ground]) => contrast(palette.get(text!)!, palette.get(ground!)!) < 4.5,
  );

  expect(texts).toContain('faint');
  expect(weak).toEqual([]);
});

it('has a script that ends where its element does, and names nothing twice', () => {
  const modules = projectFiles('src/explorer/browser', '.js');
  const names = modules.flatMap(({ text }) =>
    [...text.matchAll(/^(?:export )?(?:async )?(?:function|const|let) (\w+)/gm)].map(([, name]) => name!),
  );

  expect(modules).toHaveLength(4);
  expect(modules.filter(({ text }) => /<\/script|<!--/i.test(text)).map(({ path }) => path)).toEqual([]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it.each(['as they are', 'as the build leaves them'])('makes one script of its modules, %s', (form) => {
  const names = ['elements', 'query', 'form', 'page'];
  const texts = names.map(
    (name) => projectFiles('src/explorer/browser', '.js').find(({ path }) => path.endsWith(`/${name}.js`))!.text,
  );
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, sourceMap: true };
  const built = texts.map((text) => ts.transpileModule(text, { compilerOptions, fileName: 'module.js' }).outputText);

  const script = oneScript(form === 'as they are' ? texts : built);

  // Throws where it is none.
  expect(new Script(`'use strict'; {${script}\n}`)).toBeDefined();
  expect(built[0]).toMatch(/sourceMappingURL=[\w.]+$/);
  expect(script).not.toMatch(/^ *(?:import|export) |sourceMappingURL|@param/m);
  for (const name of ['link', 'readQuery', 'requestForm', 'show']) expect(script).toContain(`function ${name}(`);
});

it('keeps every file of the script within 400 lines', () => {
  const long = projectFiles('src/explorer/browser', '.js').filter(({ text }) => text.split('\n').length > 400);

  expect(long.map(({ path }) => path)).toEqual([]);
});
