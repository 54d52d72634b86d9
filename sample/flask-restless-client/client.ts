/** An old page: jQuery, in a document that came from the same origin as what it asks for. */
import createJQuery from 'jquery';
import { JSDOM } from 'jsdom';
import type { OldRequest } from './requests.js';

export interface OldAnswer {
  readonly status: number;
  /** What `success` or `error` of `$.ajax` are handed: parsed JSON, or nothing where there was none. */
  readonly data: unknown;
}

export interface OldPage {
  ajax(settings: OldRequest['settings']): Promise<OldAnswer>;
  close(): void;
}

/**
 * Opens a page.
 *
 * @example
 * const page = openPage('http://localhost:3000');
 * const { data } = await page.ajax({ url: '/api/person' });
 */
export function openPage(origin: string): OldPage {
  const { window } = new JSDOM('', { url: origin, runScripts: 'dangerously', resources: 'usable' });
  // In Node, without a window of its own, what jQuery exports makes one for a window.
  const $ = (createJQuery as unknown as (window: unknown) => JQueryStatic)(window);
  return {
    ajax: (settings) =>
      new Promise((resolve) => {
        void $.ajax({
          ...settings,
          success: (data: unknown, _status, { status }) => resolve({ status, data }),
          error: ({ status, responseJSON }) => resolve({ status, data: responseJSON as unknown }),
        });
      }),
    close: () => window.close(),
  };
}
