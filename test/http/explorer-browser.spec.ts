/** The explorer in Chromium: what people see and click, and what data cannot make it do. */
import {
  Controller,
  Get,
  Header,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Expose } from 'class-transformer';
import {
  DefaultSerializer,
  Resource,
  RestlessModule,
  type SerializeContext,
  type SerializedResource,
} from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { describeBrowser, type OpenPage } from '../support/browser.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

type Request = Readonly<{ headers: Readonly<Record<string, string | undefined>> }>;

const tokenGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<Request>().headers['authorization'] === 'Bearer sesame') return true;
    throw new UnauthorizedException('Bring a <b>token</b>.');
  },
};

/** What the tests ask of elements: Node has no types of them. */
interface Markup {
  innerHTML: string;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  getBoundingClientRect(): { readonly right: number };
  setAttribute(name: string, value: string): void;
}

@Controller('elsewhere')
class ElsewhereController {
  @Get()
  @Header('Content-Type', 'text/html')
  show(): string {
    return '<h1>Another page</h1>';
  }
}

/** Whatever of these runs complains. */
const HOSTILE = [
  '<img src=x onerror="complain(1)">',
  '</script><script>complain(2)</script>',
  '<!--</pre><svg onload=complain(3)>',
  'javascript:complain(4)',
  'https://evil.example/?<b>',
  '"><a href="javascript:complain(5)">click</a>',
];

/** Links that an application adds are data as well. */
class NoteSerializer extends DefaultSerializer<Note> {
  override async serialize(context: SerializeContext<Note>): Promise<SerializedResource> {
    const resource = await super.serialize(context);
    Object.assign(resource.links, {
      bad: 'javascript:complain(6)',
      far: '//evil.example/x',
      near: { href: '/api/person' },
    });
    return resource;
  }
}

@Entity()
@Resource({ pageSize: 20, serializer: NoteSerializer })
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
}

@Entity()
@Resource({ guards: [tokenGuard], methods: ['GET', 'POST'] })
class Secret {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() treasure!: string;
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: [...PEOPLE, Note, Secret],
        controllers: [ElsewhereController],
        imports: [
          RestlessModule.forFeature([
            { entity: Person, methods: ['GET', 'PATCH'] },
            Computer,
            Note,
            Secret,
            { entity: Computer, collectionName: 'plain', formats: ['flat-json'] },
            { entity: Computer, collectionName: 'walked', pagination: 'cursor', pageSize: 2, count: 'none' },
          ]),
        ],
        seed: async (dataSource) => {
          await seedPeople(dataSource);
          await dataSource.getRepository(Note).insert(HOSTILE.map((text) => ({ text })));
          await dataSource.getRepository(Secret).insert({ treasure: 'gold' });
        },
      });
    });
    afterAll(() => app.close());

    describeBrowser((open) => {
      /** Opens an address and waits until it is shown. */
      const visit = async (path: string, options?: Parameters<typeof open>[0]): Promise<OpenPage> => {
        const opened = await open(options);
        await opened.page.goto(app.url + path);
        await settle(opened);
        return opened;
      };
      const settle = ({ page }: OpenPage): Promise<void> => page.locator('main[aria-busy=false]').waitFor();

      it('shows the resources with their fields, and leads to them', async () => {
        const opened = await visit('/api');
        const { page, complaints } = opened;

        await page
          .getByRole('group')
          .filter({ hasText: 'person' })
          .locator('summary')
          .click({ position: { x: 4, y: 8 } });
        const fields = page.getByRole('table', { name: 'Fields of person' });
        await fields.waitFor();

        expect(await page.locator('summary a').allTextContents()).toEqual([
          'person',
          'computer',
          'note',
          'secret',
          'plain',
          'walked',
        ]);
        expect(await fields.locator('tbody tr').allTextContents()).toEqual([
          'idintegerfilter, sort',
          'nametextwritable, filter, sort',
          'ageintegermay be null, writable, filter, sort',
          'birthDatedatemay be null, writable, filter, sort',
          'bosspersonmay be null, writable, filter, include',
          'reportsperson listwritable, filter, include',
          'computerscomputer listwritable, filter, include',
        ]);
        await page.getByRole('link', { name: 'computer list' }).click();
        await page.getByRole('heading', { name: '/api/computer' }).waitFor();
        expect(complaints).toEqual([]);
      });

      it('asks nobody but the server, and keeps its own rules', async () => {
        const { page, complaints, asked } = await visit('/api/person');

        expect(asked.map((each) => each.replace(app.url, ''))).toEqual([
          '/api/person ',
          '/api/person application/vnd.nestjs-restless.explorer+json',
          '/api/person application/vnd.api+json',
        ]);
        expect(await page.locator('#status').textContent()).toBe('200 OK · GET');
        expect(complaints).toEqual([]);
      });

      it('leads from rows and documents to what is related, and back', async () => {
        const opened = await visit('/api/person');
        const { page, complaints } = opened;

        await page.getByRole('table', { name: 'Rows' }).getByRole('link', { name: '2', exact: true }).click();
        await page.getByRole('heading', { name: '/api/person/2', exact: true }).waitFor();
        await page.getByRole('link', { name: '"/api/person/2/boss"' }).click();
        await page.getByRole('heading', { name: '/api/person/2/boss' }).waitFor();
        await settle(opened);
        expect(await page.locator('pre').textContent()).toContain('"name": "Ada"');
        await page.goBack();
        await page.getByRole('heading', { name: '/api/person/2', exact: true }).waitFor();
        await page.getByRole('navigation', { name: 'Address' }).getByRole('link', { name: '/api' }).click();
        await page.getByRole('heading', { name: 'Resources' }).waitFor();

        expect(new URL(page.url()).pathname).toBe('/api');
        expect(complaints).toEqual([]);
      });

      it('makes the address and the curl line of what the form says, and asks it', async () => {
        const opened = await visit('/api/person');
        const { page, complaints } = opened;

        await page.getByRole('button', { name: 'Add a filter' }).click();
        await page.getByLabel('name').selectOption('computers.vendor');
        await page.getByLabel('op').selectOption('in');
        await page.getByLabel('value').fill("Dell,O'Neil & co");
        await page.getByRole('button', { name: 'Add a sort key' }).click();
        await page.locator('[data-part=name]').last().selectOption('age');
        await page.getByLabel('direction').selectOption('desc');
        await page.getByLabel('computers', { exact: true }).check();
        await page.getByLabel('Number').fill('1');
        await page.getByLabel('Size').fill('3');
        const url =
          '/api/person?filter[computers.vendor][in]=Dell,O%27Neil%20%26%20co&sort=-age&include=computers&page[number]=1&page[size]=3';
        expect(await page.locator('#url').textContent()).toBe(url);
        expect(await page.locator('#curl').textContent()).toBe(
          `curl -g -H 'Accept: application/vnd.api+json' '${app.url}${url}'`,
        );
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByRole('table', { name: 'Rows' }).locator('tbody tr').nth(1).waitFor({ state: 'detached' });

        expect(page.url()).toBe(app.url + url);
        expect(await page.getByRole('table', { name: 'Rows' }).locator('tbody tr').allTextContents()).toEqual([
          '1Ada361815-12-10',
        ]);
        expect((await app.get(url)).at('/data/*/id')).toEqual(['1']);
        // What stands in the address stands in the form again.
        expect(await page.getByLabel('value').inputValue()).toBe("Dell,O'Neil & co");
        await page.getByRole('button', { name: 'Remove' }).first().click();
        expect(await page.getByLabel('Size').inputValue()).toBe('3');
        expect(complaints).toEqual([]);
      });

      it('includes along paths of several relationships, which it has no boxes for', async () => {
        const { page, complaints } = await visit('/api/person?include=computers&sort=id');

        await page.getByLabel('Longer paths').fill('boss.computers, reports.boss');
        const url = '/api/person?sort=id&include=computers,boss.computers,reports.boss';
        expect(await page.locator('#url').textContent()).toBe(url);
        await page.getByRole('button', { name: 'Send' }).click();
        await page.locator('pre').getByText('"included"').waitFor();
        await page.waitForURL(app.url + url);

        expect(await page.getByLabel('computers', { exact: true }).isChecked()).toBe(true);
        expect(await page.getByLabel('Longer paths').inputValue()).toBe('boss.computers,reports.boss');
        expect(complaints).toEqual([]);
      });

      it('turns pages', async () => {
        const { page, complaints } = await visit('/api/person?page[size]=4&sort=id');

        await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'next' }).click();
        await page.getByRole('table', { name: 'Rows' }).getByRole('link', { name: '5', exact: true }).waitFor();

        expect(await page.getByLabel('Number').inputValue()).toBe('2');
        expect(complaints).toEqual([]);
      });

      it.each(['/api/walked?sort=-id', '/api/walked?q={"order_by":[{"field":"id","direction":"desc"}]}#flat-json'])(
        'goes on by cursors, and forgets them where another list is asked for: %s',
        async (path) => {
          const { page, complaints } = await visit(path);
          const pages = page.getByRole('navigation', { name: 'Pages' });
          const row = (id: string) =>
            page.getByRole('table', { name: 'Rows' }).getByRole('link', { name: id, exact: true });

          await row('6').waitFor();
          expect(await page.getByLabel('Number').count()).toBe(0);
          await pages.getByRole('link', { name: 'next' }).click();
          await row('4').waitFor();
          await pages.getByRole('link', { name: 'next' }).click();
          await row('2').waitFor();
          await pages.getByRole('link', { name: 'previous' }).click();
          await row('4').waitFor();
          expect(page.url()).toMatch(/before|after/);
          await page.getByLabel('Size').fill('1');
          await page.getByRole('button', { name: 'Send' }).click();
          await row('3').waitFor({ state: 'detached' });

          expect(page.url()).not.toMatch(/before|after/);
          expect(complaints).toEqual([]);
        },
      );

      it('tells what is wrong with a request, and lets it be mended', async () => {
        const opened = await visit('/api/person?sort=nmae');
        const { page, complaints } = opened;

        expect(await page.locator('#fault').textContent()).toBe(
          '400 Bad Request: person has no field "nmae". Fields: id, name, age, birthDate, boss, reports, computers.',
        );
        await page.locator('[data-part=name]').selectOption('name');
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByRole('table', { name: 'Rows' }).waitFor();
        expect(await page.locator('#fault').textContent()).toBe('');
        expect(complaints).toEqual([]);
      });

      it('speaks flat JSON as well', async () => {
        const opened = await visit('/api/computer');
        const { page, complaints } = opened;

        await page.getByLabel('Format').selectOption('flat-json');
        await page.locator('pre').getByText('"num_results"').waitFor();
        await page.getByRole('button', { name: 'Add a filter' }).click();
        await page.getByLabel('name').selectOption('owner.age');
        await page.getByLabel('op').selectOption('ge');
        await page.getByLabel('value').fill('36');
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByRole('table', { name: 'Rows' }).locator('tbody tr').nth(4).waitFor({ state: 'detached' });

        const { searchParams } = new URL(page.url());
        expect(JSON.parse(searchParams.get('q')!)).toEqual({ filters: [{ name: 'owner.age', op: 'ge', val: 36 }] });
        expect(await page.locator('#curl').textContent()).toContain("-H 'Accept: application/json'");
        expect(await page.getByRole('table', { name: 'Rows' }).locator('tbody tr').count()).toBe(4);
        expect(complaints).toEqual([]);
      });

      it('shows data as text, whatever they look like', async () => {
        const { page, complaints, asked } = await visit('/api/note');
        const hrefs = await page
          .locator('main a')
          .evaluateAll((links: readonly Markup[]) => links.map((link) => link.getAttribute('href')!));

        expect(await page.getByRole('table', { name: 'Rows' }).locator('td').allTextContents()).toEqual(HOSTILE);
        expect(await page.locator('pre').textContent()).toContain(JSON.stringify(HOSTILE[0]));
        expect(await page.locator('pre').textContent()).toContain('"bad": "javascript:complain(6)"');
        expect(await page.locator('main img, main svg, main script').count()).toBe(0);
        expect(hrefs).toContain(`${app.url}/api/person`);
        expect(hrefs.filter((href) => !href.startsWith(`${app.url}/api`))).toEqual([]);
        expect(asked.filter((each) => !each.startsWith(app.url))).toEqual([]);
        expect(complaints).toEqual([]);
      });

      it('takes no markup, whatever its script does', async () => {
        const { page } = await visit('/api/note');

        const inserted = page.locator('main').evaluate((main: Markup) => {
          main.innerHTML = '<img src=x onerror="complain(7)">';
        });

        await expect(inserted).rejects.toThrow('TrustedHTML');
        expect(await page.locator('main img').count()).toBe(0);
      });

      it('shows what a guard says, and takes a token that it keeps in memory only', async () => {
        const opened = await visit('/api/secret');
        const { page, complaints } = opened;

        expect(await page.locator('#fault').textContent()).toBe('401 Unauthorized: Bring a <b>token</b>.');
        expect(await page.locator('body').textContent()).not.toContain('treasure');
        await page.getByLabel('Authorization').fill('sesame');
        await page.getByRole('button', { name: 'Use' }).click();
        await page.getByRole('table', { name: 'Rows' }).getByRole('cell', { name: 'gold' }).waitFor();
        expect(await page.locator('#curl').textContent()).toContain('-H "Authorization: $TOKEN"');
        await page.getByRole('table', { name: 'Rows' }).getByRole('link', { name: '1' }).click();
        await page.getByRole('heading', { name: '/api/secret/1' }).waitFor();
        await settle(opened);
        expect(await page.locator('pre').textContent()).toContain('"treasure": "gold"');
        expect(await page.context().storageState()).toEqual({ cookies: [], origins: [] });
        expect(page.url()).not.toContain('sesame');

        await page.reload();
        await settle(opened);
        expect(await page.locator('#fault').textContent()).toBe('401 Unauthorized: Bring a <b>token</b>.');
        expect(complaints).toEqual([]);
      });

      it('tells those without scripts what went wrong', async () => {
        const { page } = await open({ javaScriptEnabled: false });
        const answer = await page.goto(`${app.url}/api/secret`);

        expect(answer!.status()).toBe(401);
        expect(await page.locator('#fault').textContent()).toBe('401 – Unauthorized – Bring a <b>token</b>.');
      });

      it('has hidden fields nowhere', async () => {
        for (const path of ['/api', '/api/person', '/api/person/1', '/api/person?include=computers,boss']) {
          const { page } = await visit(path);

          expect(await page.locator('body').textContent()).not.toMatch(/password|treasure/);
        }
      });

      it('leaves the API where a link leads out of it', async () => {
        const { page } = await visit('/api/person');

        await page
          .locator('main a')
          .first()
          .evaluate((link: Markup) => link.setAttribute('href', '/elsewhere'));
        await page.locator('main a').first().click();
        await page.getByRole('heading', { name: 'Another page' }).waitFor();

        expect(page.url()).toBe(`${app.url}/elsewhere`);
      });

      it('fits on a telephone', async () => {
        for (const path of [
          '/api',
          '/api/note',
          '/api/person?filter[computers.vendor][in]=Apple,Dell&sort=-age,name',
        ]) {
          const { page } = await visit(path, { viewport: { width: 360, height: 640 } });
          const wide = await page
            .locator('header, header button, main, fieldset, pre')
            .evaluateAll((all: readonly Markup[]) => all.map((each) => each.getBoundingClientRect().right));

          expect(wide.length).toBeGreaterThan(2);
          expect(Math.max(...wide)).toBeLessThanOrEqual(360);
        }
      });

      it('names every control', async () => {
        const { page } = await visit('/api/person?filter[age][ge]=1&sort=name');
        const controls = await page.locator('input, select, button, a').all();
        const unnamed: string[] = [];
        for (const control of controls) {
          if (!/".+"/.test(await control.ariaSnapshot()))
            unnamed.push(await control.evaluate((each: Markup) => each.outerHTML));
        }

        expect(controls.length).toBeGreaterThan(20);
        expect(unnamed).toEqual([]);
      });
    });
  },
  { databases: ['sqlite'], adapters: ['express'] },
);
