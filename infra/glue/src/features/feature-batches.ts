import type { AssetCandles } from '@pavio/features';
import {
  AsyncByteQueue,
  type Data,
  Field,
  Float64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';

/** About 4 MB with a hundred and twenty columns. */
const ROWS_A_BATCH = 4096;

/**
 * Rows of features as an Arrow IPC stream: `symbol` (text), `time` (timestamp in UTC), `close` and the features (doubles),
 * none with nulls. Times are in microseconds, the only unit that Spark takes from Arrow.
 */
export class FeatureBatches {
  readonly #schema: Schema;
  readonly #writer = new RecordBatchStreamWriter();
  readonly #written = new WrittenBytes();

  constructor(columns: readonly string[]) {
    this.#schema = new Schema([
      new Field('symbol', new Utf8()),
      new Field('time', new TimestampMicrosecond('UTC')),
      ...['close', ...columns].map((name) => new Field(name, new Float64())),
    ]);
    this.#writer.reset(this.#written, this.#schema);
  }

  /** The rows of an asset, a batch at a time. @param columns values of all its rows, a column a feature. */
  *of({ symbol, candles }: AssetCandles, columns: readonly Float64Array[]): Generator<Uint8Array, void, void> {
    const { time, close } = candles;
    for (let from = 0; from < time.length; from += ROWS_A_BATCH) {
      const to = Math.min(time.length, from + ROWS_A_BATCH);
      const children = [
        repeated(symbol, to - from),
        makeData({
          type: new TimestampMicrosecond('UTC'),
          data: BigInt64Array.from(time.subarray(from, to), (t) => BigInt(t) * 1000n),
        }),
        ...[close, ...columns].map((values) => makeData({ type: new Float64(), data: values.subarray(from, to) })),
      ];
      const type = new Struct(this.#schema.fields);
      const rows = makeData({ type, length: to - from, nullCount: 0, children: children as Data[] });
      this.#writer.write(new RecordBatch(this.#schema, rows));
      yield this.#written.take();
    }
  }

  /** The end of the stream. */
  end(): Uint8Array {
    this.#writer.finish();
    return this.#written.take();
  }
}

/** What the writer wrote since it was last taken: its own queue would grow as long as nobody reads. */
class WrittenBytes extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  take(): Uint8Array {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return bytes;
  }
}

function repeated(text: string, rows: number): Data<Utf8> {
  const bytes = Buffer.from(text);
  const data = new Uint8Array(rows * bytes.length);
  for (let row = 0; row < rows; row++) data.set(bytes, row * bytes.length);
  const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, row) => row * bytes.length);
  return makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets, data });
}
