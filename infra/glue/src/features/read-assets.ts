import { CANDLE_COLUMNS, type CandleColumn, type CandleSeries, PavioError } from '@pavio/core';
import type { AssetCandles } from '@pavio/features';
import { type RecordBatch, RecordBatchReader, type Vector } from 'apache-arrow';

/** No feature is made of the quote volume, so it is not sent. */
const SENT = CANDLE_COLUMNS.filter((column) => column !== 'quoteVolume');

type Chunk = { readonly [column in (typeof SENT)[number]]: Float64Array };

/**
 * The assets of a stream of candles, one after another.
 *
 * @throws PavioError `bad_candles` for a stream of another form, with nulls, or with an asset in two places.
 */
export async function* readAssets(input: AsyncIterable<Uint8Array>): AsyncGenerator<AssetCandles, void, void> {
  const seen = new Set<string>();
  let symbol: string | undefined;
  let chunks: Chunk[] = [];
  for await (const batch of readBatches(input)) {
    const symbols = column(batch, 'symbol');
    const numbers = SENT.map((name) => [name, numbersOf(batch, name)] as const);
    for (let from = 0; from < batch.numRows; ) {
      const next = String(symbols.get(from));
      const to = endOfRun(symbols, from, next);
      if (next !== symbol) {
        if (symbol !== undefined) yield { symbol, candles: joined(chunks) };
        if (seen.has(next)) throw malformed(`${next} comes twice: its rows must follow each other`);
        seen.add(next);
        symbol = next;
        chunks = [];
      }
      chunks.push(Object.fromEntries(numbers.map(([name, values]) => [name, values.subarray(from, to)])) as Chunk);
      from = to;
    }
  }
  if (symbol !== undefined) yield { symbol, candles: joined(chunks) };
}

async function* readBatches(input: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBatch, void, void> {
  try {
    // A plain generator: Node's streams would be read by an adapter that bundling leaves out.
    yield* await RecordBatchReader.from(pieces(input));
  } catch (cause) {
    throw malformed(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

async function* pieces(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield* input;
}

function column(batch: RecordBatch, name: string): Vector {
  const found = batch.getChild(name);
  if (found === null) throw malformed(`it has no column "${name}"`);
  if (found.nullCount > 0) throw malformed(`its column "${name}" has nulls`);
  return found;
}

function numbersOf(batch: RecordBatch, name: CandleColumn): Float64Array {
  const values: unknown = column(batch, name).toArray();
  if (!(values instanceof Float64Array)) throw malformed(`its column "${name}" is not of doubles`);
  return values;
}

/** First row after `from` of another symbol, by bisection: rows are sorted, and reading a text is slow. */
function endOfRun(symbols: Vector, from: number, symbol: string): number {
  let low = from + 1;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (symbols.get(middle) === symbol) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(chunks: readonly Chunk[]): CandleSeries {
  const rows = chunks.reduce((sum, { time }) => sum + time.length, 0);
  const whole = (name: (typeof SENT)[number]) => {
    const values = new Float64Array(rows);
    let offset = 0;
    for (const chunk of chunks) {
      values.set(chunk[name], offset);
      offset += chunk[name].length;
    }
    return values;
  };
  const columns = Object.fromEntries(SENT.map((name) => [name, whole(name)])) as Chunk;
  return { ...columns, quoteVolume: new Float64Array(rows).fill(Number.NaN) };
}

function malformed(problem: string, cause?: unknown): PavioError {
  return new PavioError('bad_candles', `The stream of candles cannot be used: ${problem}.`, { cause });
}
