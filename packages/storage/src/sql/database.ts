import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from './address.ts';
import type { Engine } from './engine.ts';
import { isBusy, isLost, sqlError } from './errors.ts';
import { migrate } from './migrations.ts';
import { CONNECTIONS, openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/** A writer keeps SQLite's lock for one upsert; one that does not give it back for so long is stopped or hung. */
const PATIENCE_MS = 60_000;

/** A database that is opened, and brought up to date, by its first use. */
export class Database {
  /** The address without the password. */
  readonly name: string;
  readonly #address: DatabaseAddress;
  #engine: Promise<Engine> | undefined;

  constructor(address: DatabaseAddress) {
    this.#address = address;
    this.name = address.name;
  }

  /**
   * Does `work`, which is done again where another connection was writing, or its own was lost: done twice it must change
   * no more than done once.
   *
   * @param action for messages, as in "store candles"
   * @throws PavioError `store_unavailable` (retry helps), `store_denied`, or `bad_config`.
   */
  async run<Result>(action: string, work: (engine: Engine) => Promise<Result>): Promise<Result> {
    const deadline = Date.now() + PATIENCE_MS;
    let lost = 0;
    for (let wait = 1; ; wait = Math.min(wait * 2, 20)) {
      try {
        return await work(await this.#open());
      } catch (error) {
        const isWorthAnother = isLost(error) ? lost++ < CONNECTIONS : isBusy(error) && Date.now() < deadline;
        if (!isWorthAnother) throw sqlError(error, action, this.name);
      }
      // Jitter keeps waiters from knocking in step.
      await sleep(wait * (0.5 + Math.random()));
    }
  }

  /** Ends the connections; the next use opens new ones. */
  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.then(
      ({ kysely }) => kysely.destroy(),
      () => undefined,
    );
  }

  #open(): Promise<Engine> {
    this.#engine ??= this.#openNew().catch((error: unknown) => {
      this.#engine = undefined;
      throw error;
    });
    return this.#engine;
  }

  async #openNew(): Promise<Engine> {
    const address = this.#address;
    const engine = await (address.kind === 'sqlite' ? openSqlite(address.file) : openPostgres(address.url));
    try {
      await migrate(engine.kysely, this.name);
      return engine;
    } catch (error) {
      await engine.kysely.destroy();
      throw error;
    }
  }
}
