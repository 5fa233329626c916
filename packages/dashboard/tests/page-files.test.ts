import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bundlePage, OUTPUT } from '../build.ts';
import { dashboardFile } from '../src/index.ts';

/** Of all files together, as they are sent. */
const BUDGET = 120_000;

it('is what the sources of the page give', async () => {
  const isCurrent = readFileSync(OUTPUT, 'utf8') === (await bundlePage());
  expect(isCurrent, 'The page was changed: run node packages/dashboard/build.ts').toBe(true);
});

it('has a type and a tag for every file', () => {
  expect(dashboardFile('index.html').type).toBe('text/html; charset=utf-8');
  expect(dashboardFile('app.css').type).toBe('text/css; charset=utf-8');
  expect(dashboardFile('app.js').type).toBe('text/javascript; charset=utf-8');
  expect(dashboardFile('app.js').etag).toMatch(/^"[\w-]{22}"$/);
  expect(dashboardFile('app.js').etag).not.toBe(dashboardFile('app.css').etag);
});

it('keeps its budget', () => {
  const sizes = (['index.html', 'app.css', 'app.js'] as const).map((name) =>
    Buffer.byteLength(dashboardFile(name).body),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`dashboard: ${Math.round(total / 1000)} kB of ${BUDGET / 1000} kB`);
  expect(total).toBeLessThan(BUDGET);
});

it('names no address outside', () => {
  for (const name of ['index.html', 'app.css', 'app.js'] as const) {
    // The name space of SVG is a name, not an address.
    const addresses = dashboardFile(name)
      .body.replaceAll('http://www.w3.org/2000/svg', '')
      .match(/(https?:)?\/\/[\w.-]+\.\w+/g);
    // uPlot names its home in the comment of its licence.
    expect((addresses ?? []).filter((address) => !address.includes('github.com'))).toEqual([]);
  }
});
