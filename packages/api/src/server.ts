import { type AddressInfo, isIPv6 } from 'node:net';
import { PavioError } from '@pavio/core';
import type { Api } from './app.ts';

export interface ListenOptions {
  /** Name or address to listen on. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** How long requests that are being answered may take when the server closes, in milliseconds. */
  readonly grace?: number;
}

export interface RunningServer {
  /** Where it answers, as `http://127.0.0.1:8000`: an address that can be opened on this machine. */
  readonly url: string;
  /** Takes no new connections, answers what is under way, and then is gone. */
  close(): Promise<void>;
}

/**
 * Starts listening.
 *
 * @throws PavioError `bad_config` when the address is in use, not of this machine, or not ours to take.
 */
export async function startServer(app: Api, { host, port, grace = 5000 }: ListenOptions): Promise<RunningServer> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port);
  }
  return {
    url: urlOf(app.server.address() as AddressInfo, host),
    close: async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), grace);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** Nobody can open a wildcard address; loopback is where it can be reached from here. */
function urlOf({ address, port }: AddressInfo, host: string): string {
  const reachable = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : host;
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: [
      `Port ${port} on ${host} is in use.`,
      'Stop what uses it, or take another with --port; 0 is any free one.',
    ],
    EACCES: [`Port ${port} on ${host} may not be used by this user.`, 'Take a port above 1023 with --port.'],
    EADDRNOTAVAIL: [
      `${host} is not an address of this machine.`,
      'Use 127.0.0.1 with --host, or 0.0.0.0 for all addresses.',
    ],
    ENOTFOUND: [`${host} is not the name of a host.`, 'Use 127.0.0.1 with --host, or 0.0.0.0 for all addresses.'],
  };
  const [message, remedy] = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? [];
  return message === undefined || remedy === undefined
    ? error
    : new PavioError('bad_config', message, { remedy, cause: error });
}
