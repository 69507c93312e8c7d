/** Pages in Debian's Chromium, from their files, as readers open them. Called by the tests of pages; these skip where there is none. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (CHROMIUM === undefined) console.warn('SKIPPED: no Chromium on this machine, so no page was opened in a browser');

/** Share of a canvas's pixels that are drawn on, for every chart. */
export const INK = `[...document.querySelectorAll('.plot canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++;
  return drawn / (data.length / 4);
})`;

/** How wide the page is: more than the window means that it scrolls sideways. */
export const WIDE = 'document.documentElement.scrollWidth';

export class PagesInBrowser {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tickwright-page-'));
  #browser: Browser | undefined;

  async start(): Promise<void> {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    this.#browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: [...args, '--disable-sync', '--no-first-run'],
    });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Opens a page in one width and scheme; what it said and asked for must be nothing. */
  async open(html: string, width = 1200, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const path = join(this.#folder, 'page.html');
    writeFileSync(path, html);
    const page = await this.#browser!.newPage({ viewport: { width, height: 900 }, colorScheme });
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('dialog', (dialog) => said.push(dialog.message()));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('html[data-charts]', { state: 'attached' });
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(path).href]);
    return page;
  }
}
