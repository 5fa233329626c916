import { accessSync, constants } from 'node:fs';
import process from 'node:process';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** For whatever the browser is asked, milliseconds: far more than it takes, on a busy machine too. */
const PATIENCE = 120_000;

/** Where a Chromium is: PAVIO_CHROMIUM, or as Debian and Google name theirs. */
export function findChromium(): string | undefined {
  const { PAVIO_CHROMIUM } = process.env;
  const usual = ['chromium', 'google-chrome', 'chromium-browser'].map((name) => `/usr/bin/${name}`);
  return (PAVIO_CHROMIUM === undefined ? usual : [PAVIO_CHROMIUM]).find(isExecutable);
}

export function startChromium(executablePath: string): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath,
    timeout: PATIENCE,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page, and everything that goes wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors in the console, errors that nobody caught, requests to other origins. */
  readonly faults: readonly string[];
}

/** Opens an address in a profile of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(`${origin}/`) && !address.startsWith('data:')) faults.push(`request: ${address}`);
  });
  await page.goto(url);
  return { page, faults };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
