import { createHash } from 'node:crypto';
import { PAGE } from './page-files.ts';

export type DashboardFileName = keyof typeof PAGE;

export interface DashboardFile {
  /** Content type. */
  readonly type: string;
  readonly body: string;
  /** Entity tag, in its quotes: another content has another one. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** A file of the page, as it is sent to a browser. The page finds the API one level above its own address. */
export function dashboardFile(name: DashboardFileName): DashboardFile {
  const body = PAGE[name];
  const type = `${TYPES[name.split('.')[1] ?? '']}; charset=utf-8`;
  return { type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
