import { ApiProblem, api } from './api.ts';
import { type Chosen, isForecast, type Snapshot, type Trouble } from './state.ts';
import type { Forecast, Problem } from './wire.ts';

export const REFRESH_MS = 30_000;
const RETRY_MS = 3000;
/** While there are no models yet: they come any minute. */
const WAITING_MS = 5000;
const REQUESTS_AT_ONCE = 4;
/** Shown where nothing is asked for, if it is there. */
const FIRST = 'BTC';

/** What is on the page: asked anew whenever it is needed. */
export interface Wanted {
  /** What the address asks for; undefined: nothing. */
  readonly symbol: string | undefined;
  /** How many candles. */
  readonly range: number;
}

/** Keeps what the server says, and asks it again from time to time: more often when something is missing. */
export class Loader {
  snapshot: Snapshot | undefined;
  chosen: Chosen | undefined;
  /** Undefined when the server answered last time. */
  trouble: Trouble | undefined;
  readonly #wanted: () => Wanted;
  readonly #onChange: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Assets whose forecast has to be asked for. */
  #outdated = new Set<string>();
  /** Counts the loads of a chosen asset: an answer to an older question is not shown. */
  #turn = 0;

  constructor(wanted: () => Wanted, onChange: () => void) {
    this.#wanted = wanted;
    this.#onChange = onChange;
  }

  /** The asset that is shown. */
  get symbol(): string | undefined {
    const wanted = this.#wanted().symbol;
    if (wanted !== undefined) return wanted;
    const symbols = this.snapshot?.assets.map(({ ativo }) => ativo) ?? [];
    return symbols.find((symbol) => symbol === FIRST) ?? symbols[0];
  }

  /** Looks now, and then again and again. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#answering(() => this.#look());
    this.#schedule();
  }

  /** Another asset or range is wanted. */
  async choose(): Promise<void> {
    await this.#answering(() => this.#loadChosen());
    if (this.trouble !== undefined) this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const isWaiting = this.snapshot?.status.release === null;
    const pause = this.trouble !== undefined ? RETRY_MS : isWaiting ? WAITING_MS : REFRESH_MS;
    this.#timer = setTimeout(() => void this.refresh(), pause);
  }

  async #answering(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.trouble = undefined;
    } catch (error) {
      this.trouble = { problem: error instanceof ApiProblem ? error.problem : undefined };
    }
    this.#onChange();
  }

  /** Asks for what changes by itself, and for the rest only where it must have changed. */
  async #look(): Promise<void> {
    const [status, assets] = await Promise.all([api.status(), api.assets()]);
    const before = this.snapshot;
    const hasModels = status.release !== null;
    const version = status.release?.version;
    const kept = before?.models?.version === version ? before?.models : undefined;
    const models = hasModels ? (kept ?? (await api.models())) : undefined;
    const isKnown = JSON.stringify(before?.status.last_training) === JSON.stringify(status.last_training);
    const trainings = before !== undefined && isKnown ? before.trainings : await api.trainings();
    // An old forecast stays in its place until the new one is there.
    const forecasts = hasModels ? (before?.forecasts ?? new Map<string, Forecast | Problem>()) : new Map();
    this.snapshot = { status, assets, models, trainings, forecasts, at: Date.now() };
    this.#outdated = new Set(
      assets.flatMap(({ ativo, last_candle_time: time }) => {
        const forecast = forecasts.get(ativo);
        const isCurrent = isForecast(forecast) && forecast.release === version && forecast.last_candle_time === time;
        return isCurrent || !hasModels ? [] : [ativo];
      }),
    );
    this.#onChange();
    await this.#loadChosen();
    const left = [...this.#outdated];
    const work = async () => {
      for (let symbol = left.shift(); symbol !== undefined; symbol = left.shift()) await this.#loadForecast(symbol);
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  }

  async #loadForecast(symbol: string): Promise<void> {
    this.#outdated.delete(symbol);
    const answer = await orProblem(api.forecast(symbol));
    if (this.snapshot === undefined) return;
    this.snapshot = { ...this.snapshot, forecasts: new Map([...this.snapshot.forecasts, [symbol, answer]]) };
    this.#onChange();
  }

  /** Candles, history and forecast of the asset that is shown. */
  async #loadChosen(): Promise<void> {
    const { symbol, snapshot } = this;
    const turn = ++this.#turn;
    const asset = snapshot?.assets.find(({ ativo }) => ativo === symbol);
    if (symbol === undefined || snapshot === undefined || asset === undefined) return;
    if (this.#outdated.has(symbol)) await this.#loadForecast(symbol);
    const { range } = this.#wanted();
    // Asked for again only where something must have changed: it may be hundreds of objects to read.
    const key = JSON.stringify([asset, range, snapshot.status.release?.version]);
    if (this.chosen?.key === key && this.chosen.problem === undefined) return;
    const chosen = await orProblem(
      Promise.all([api.candles(symbol, range), api.history(symbol)]).then(([candles, history]) => ({
        candles,
        history,
      })),
    );
    if (turn !== this.#turn) return;
    const isLoaded = 'candles' in chosen;
    this.chosen = isLoaded
      ? { symbol, key, ...chosen, problem: undefined }
      : { symbol, key, candles: [], history: undefined, problem: chosen };
    this.#onChange();
  }
}

/** An answer, or what the server said is wrong; throws where nobody answered. */
async function orProblem<Answer>(answer: Promise<Answer>): Promise<Answer | Problem> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem) return error.problem;
    throw error;
  }
}
