/**
 * Every error of Pavio, in one table: its code is stable and part of the API, its HTTP status and the exit code of the
 * command line follow from it, and `retry` says whether the same call may succeed later without anybody changing anything.
 */
export const ERRORS = {
  bad_input: { title: 'The input is not valid', status: 400, exit: 2, retry: false },
  bad_config: { title: 'The configuration is not valid', status: 500, exit: 2, retry: false },
  bad_usage: { title: 'The command is not used correctly', status: 400, exit: 2, retry: false },
  unauthorized: { title: 'An API key is needed', status: 401, exit: 1, retry: false },
  forbidden: { title: 'The request is refused', status: 403, exit: 1, retry: false },
  not_found: { title: 'There is nothing at this address', status: 404, exit: 1, retry: false },
  method_not_allowed: { title: 'The address does not take this method', status: 405, exit: 1, retry: false },
  too_large: { title: 'The request is too large', status: 413, exit: 1, retry: false },
  unsupported_media_type: {
    title: 'The request body is in a form that is not read',
    status: 415,
    exit: 1,
    retry: false,
  },
  too_many_requests: { title: 'There are too many requests', status: 429, exit: 1, retry: true },
  unavailable: { title: 'The service does not answer', status: 503, exit: 1, retry: true },
  unknown_symbol: { title: 'The asset is not known', status: 404, exit: 1, retry: false },
  unknown_version: { title: 'The model version does not exist', status: 404, exit: 1, retry: false },

  bad_csv: { title: 'A CSV file is not in the expected form', status: 422, exit: 1, retry: false },
  bad_parquet: { title: 'A Parquet file is not in the expected form', status: 422, exit: 1, retry: false },
  bad_candles: { title: 'The candles are not a valid series', status: 422, exit: 1, retry: false },
  bad_features: { title: 'The features cannot be used', status: 422, exit: 1, retry: false },
  not_enough_data: { title: 'There are too few candles for this', status: 422, exit: 1, retry: false },
  no_candles: { title: 'There are no candles yet', status: 503, exit: 1, retry: false },
  no_features: { title: 'There are no features yet', status: 503, exit: 1, retry: false },
  no_models: { title: 'There are no released models yet', status: 503, exit: 1, retry: false },
  bad_model: { title: 'A model file cannot be used', status: 503, exit: 1, retry: false },
  feature_mismatch: { title: 'The models were trained on another feature set', status: 503, exit: 1, retry: false },

  store_unavailable: { title: 'The store cannot be reached', status: 503, exit: 1, retry: true },
  store_denied: { title: 'The store refuses access', status: 503, exit: 1, retry: false },
  conflict: { title: 'Somebody else changed this at the same time', status: 409, exit: 1, retry: true },
  busy: { title: 'This is already running', status: 409, exit: 1, retry: true },

  market_rate_limited: { title: 'The market source asks to slow down', status: 503, exit: 1, retry: true },
  market_unavailable: { title: 'The market source did not answer properly', status: 502, exit: 1, retry: true },
  market_unauthorized: { title: 'The market source refuses the key', status: 502, exit: 1, retry: false },
  market_restricted: { title: 'The market source does not serve this location', status: 502, exit: 1, retry: false },
  market_refused: { title: 'The market source refuses the request', status: 502, exit: 1, retry: false },
  unknown_pair: { title: 'The market source does not trade this pair', status: 404, exit: 1, retry: false },

  incomplete: { title: 'Done in part', status: 502, exit: 3, retry: true },
  internal: { title: 'Something unexpected went wrong', status: 500, exit: 1, retry: false },
} as const satisfies Record<string, ErrorRow>;

interface ErrorRow {
  readonly title: string;
  /** HTTP status of the problem document. */
  readonly status: number;
  /** Exit code of the command line. */
  readonly exit: 1 | 2 | 3;
  /** May the same call succeed later? */
  readonly retry: boolean;
}

export type ErrorCode = keyof typeof ERRORS;

export interface PavioErrorOptions {
  /** What the reader can do about it, as an imperative sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
  /** Facts for programs: the file, the line, the symbol, the two hashes ... JSON values only. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** For errors with `retry`: the source asked to wait at least so long, in milliseconds. */
  readonly retryAfter?: number;
}

/** The one error class: its code says what kind it is, its message names the thing, its remedy says what to do. */
export class PavioError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'PavioError';
  readonly code: Code;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;

  constructor(code: Code, message: string, options: PavioErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.details = options.details ?? {};
    this.retryAfter = options.retryAfter;
  }

  get title(): string {
    return ERRORS[this.code].title;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get exit(): 1 | 2 | 3 {
    return ERRORS[this.code].exit;
  }

  get retry(): boolean {
    return ERRORS[this.code].retry;
  }

  /** Message and remedy as one paragraph, for people. */
  get sentence(): string {
    return this.remedy === undefined ? this.message : `${this.message} ${this.remedy}`;
  }
}

/** Is it an error of Pavio, and (when a code is given) of that kind? */
export function isPavioError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is PavioError<Code> {
  return error instanceof PavioError && (codes.length === 0 || (codes as readonly string[]).includes(error.code));
}

/** Anything that was thrown, as an error of Pavio; what is not one becomes `internal` with the original as its cause. */
export function toPavioError(error: unknown): PavioError {
  if (error instanceof PavioError) return error;
  return new PavioError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
