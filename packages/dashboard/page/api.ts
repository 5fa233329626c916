import type { Asset, Candle, Forecast, History, Models, Problem, Status, Training } from './wire.ts';

/** The server answered, with a problem document. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Nobody answered, or not as our server does. */
export class Unreachable extends Error {}

/** A request that takes longer than this is given up: the next refresh asks again. */
const TIMEOUT_MS = 25_000;

export const api = {
  status: () => get<Status>('status'),
  assets: async () => (await get<{ moedas: Asset[] }>('moedas')).moedas,
  forecast: (asset: string) => get<Forecast>(`symbol/${encodeURIComponent(asset)}`),
  candles: async (asset: string, limit: number) => {
    const { prices } = await get<{ prices: { candles: Candle[] }[] }>(
      `prices/latest?ativo=${encodeURIComponent(asset)}&limit=${limit}`,
    );
    return prices[0]?.candles ?? [];
  },
  history: (asset: string) => get<History>(`previsoes/${encodeURIComponent(asset)}?limit=200`),
  models: () => get<Models>('models'),
  trainings: async () => (await get<{ treinos: Training[] }>('metrics?limit=100')).treinos,
};

/** The page lies one level below the API, under whatever prefix. */
async function get<Answer>(path: string): Promise<Answer> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`../${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS), cache: 'no-store' });
    body = await response.json();
  } catch (error) {
    throw new Unreachable('no answer', { cause: error });
  }
  if (response.ok) return body as Answer;
  if (typeof (body as Partial<Problem>)?.detail === 'string') throw new ApiProblem(body as Problem);
  throw new Unreachable(`HTTP ${response.status}`);
}
