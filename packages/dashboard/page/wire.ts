/** What the API answers, as far as the page shows it. Times are ISO 8601, shares are fractions of one. */

export type ModelName = 'regressor_lin' | 'regressor_gbr' | 'regressor_rf' | 'classifier_log' | 'classifier_rf';
export type Verdict = 'beats_naive' | 'no_edge' | 'inconclusive';
export type Kind = 'regressor' | 'classifier';
export type PerModel<Value> = Partial<Record<ModelName, Value>>;

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
}

export interface Series {
  readonly ativo: string;
  readonly source: string;
  readonly quote: string;
  readonly interval: string;
  readonly simulated: boolean;
}

export interface Status {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly version: string;
  readonly timestamp: string;
  readonly uptime_seconds: number;
  readonly lake: string;
  readonly database: string | null;
  readonly simulated: boolean | null;
  readonly candles: {
    readonly assets: number;
    readonly stored: number | null;
    readonly missing: number | null;
    readonly newest_candle_time: string | null;
    readonly behind: readonly string[];
  };
  readonly release: {
    readonly version: string;
    readonly created_at: string;
    readonly trained_until: string;
    readonly pinned: boolean;
  } | null;
  readonly last_training: Training | null;
  /** Why no models serve, or older ones than there are. */
  readonly problem: Problem | null;
}

export interface Training {
  readonly started_at: string;
  /** So many in a row ended in the same way. */
  readonly times: number;
  readonly seconds: number;
  readonly outcome: 'released' | 'kept_back' | 'nothing_new' | 'failed';
  readonly version: string | null;
  readonly reason: string;
  readonly models: PerModel<{ readonly skill: number | null; readonly verdict: Verdict }>;
}

export interface Asset extends Series {
  readonly last_candle_time: string | null;
  readonly candles: number | null;
  readonly missing: number | null;
  readonly last_close: number | null;
  readonly change: number | null;
  readonly stale: boolean;
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface ModelForecast {
  readonly predicao: number;
  readonly tipo: Kind;
  readonly probabilidade?: number;
  readonly direction: 0 | 1;
  readonly intervals?: Readonly<Record<string, Bounds>>;
  readonly verdict: Verdict;
  readonly skill: number | null;
}

export interface Forecast extends Series {
  readonly modelos: PerModel<ModelForecast>;
  readonly release: string;
  readonly stale: boolean;
  readonly last_close: number;
  readonly last_candle_time: string;
  readonly target_candle_time: string;
  readonly target_close_time: string;
}

export interface Candle {
  readonly time: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export interface Share extends Bounds {
  readonly share: number;
  readonly n: number;
}

export interface Track {
  readonly tipo: Kind;
  readonly avaliadas: number;
  readonly directional: Share | null;
  readonly mae: number | null;
  readonly mae_naive: number | null;
  readonly coverage: Readonly<Record<string, Share | null>>;
}

export interface PastForecast {
  readonly status: 'scored' | 'pending' | 'missing' | 'late';
  readonly last_close: number;
  readonly target_candle_time: string;
  readonly target_close_time: string;
  readonly actual_close: number | null;
  readonly modelos: PerModel<
    ModelForecast & {
      readonly erro: number | null;
      readonly acertou: boolean | null;
      readonly dentro: Readonly<Record<string, boolean>> | null;
    }
  >;
}

export interface History extends Series {
  readonly total: number;
  readonly avaliadas: number;
  readonly pendentes: number;
  readonly rises: Share | null;
  readonly modelos: PerModel<Track>;
  readonly previsoes: readonly PastForecast[];
}

export interface Models {
  readonly version: string;
  readonly created_at: string;
  readonly pinned: boolean;
  readonly training: {
    readonly from: string;
    readonly to: string;
    readonly rows: number;
    readonly assets: readonly string[];
  };
  readonly models: PerModel<{
    readonly tipo: Kind;
    readonly verdict: Verdict;
    readonly skill: number | null;
    readonly overall: {
      readonly skill_interval: Bounds | null;
      readonly directional: (Bounds & { readonly accuracy: number; readonly naive?: number }) | null;
    };
  }>;
}
