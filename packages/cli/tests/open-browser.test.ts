import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { openerOf } from '../src/open-browser.ts';
import { emptyFolder, SMALL, startPavio } from './pavio.ts';

it('asks each platform by its own command', () => {
  expect(openerOf('linux')).toEqual(['xdg-open']);
  expect(openerOf('freebsd')).toEqual(['xdg-open']);
  expect(openerOf('darwin')).toEqual(['open']);
  expect(openerOf('win32')).toEqual(['rundll32', 'url.dll,FileProtocolHandler']);
});

it('up --open: opens the page once it can be had', async () => {
  const cwd = await emptyFolder();
  const opened = path.join(cwd, 'opened');
  const opener = path.join(cwd, openerOf(process.platform)[0]);
  await writeFile(opener, `#!/bin/sh\necho "$@" > "${opened}.part" && mv "${opened}.part" "${opened}"\n`);
  await chmod(opener, 0o755);
  const env = { ...SMALL, PORT: '0', PAVIO_SOURCE: 'simulated', PATH: `${cwd}:${process.env['PATH']}` };
  const running = startPavio(['up', '--open', '--no-crawl'], { cwd, env });
  const isOpened = () => readFile(opened, 'utf8').catch(() => '');
  await expect.poll(isOpened).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  const page = await fetch((await isOpened()).trim(), { headers: { accept: 'text/html' } });
  expect([page.status, page.url]).toEqual([200, expect.stringMatching(/\/dashboard\/$/)]);
  expect(running.output()).toContain(`Page    ${new URL(page.url).origin}`);
});

it('up --open: goes on where nothing can open it', async () => {
  const cwd = await emptyFolder();
  const env = { ...SMALL, PORT: '0', PAVIO_SOURCE: 'simulated', PATH: cwd };
  const running = startPavio(['up', '--open', '--no-crawl'], { cwd, env });
  await running.until('Ctrl-C stops.');
  const address = /API +(http:\S+)/.exec(running.output())?.[1];
  expect((await fetch(`${address}/livez`)).status).toBe(200);
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(0);
});
