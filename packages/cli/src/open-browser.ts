import { spawn } from 'node:child_process';
import process from 'node:process';

/** What opens an address on a platform, as its shell does it. */
export function openerOf(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  // `start` is a word of cmd, which would want the address quoted in a way of its own.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}

/** Opens an address in the user's browser. Where there is none nothing happens: the address was printed too. */
export function openBrowser(url: string): void {
  const [command, ...args] = openerOf(process.platform);
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  opener.once('error', () => {});
  opener.unref();
}
