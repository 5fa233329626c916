/** What decodes one CSV form: fed with pieces of whole lines, in order. */
export interface CsvDecoder<Result> {
  /** One or more whole lines; only the last piece of a file may end without a line end. */
  push(lines: Uint8Array): void;
  finish(): Result;
}

const LF = 10;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Decodes a file that is in memory. */
export function decodeBytes<Result>(bytes: Uint8Array, decoder: CsvDecoder<Result>): Result {
  decoder.push(withoutMark(bytes));
  return decoder.finish();
}

/** Decodes a file that arrives in chunks, cut anywhere. Memory holds a chunk and what was decoded. */
export async function decodeChunks<Result>(
  chunks: AsyncIterable<Uint8Array>,
  decoder: CsvDecoder<Result>,
): Promise<Result> {
  let isFirst = true;
  let carried: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end === 0) {
      carried.push(chunk);
      continue;
    }
    const whole = chunk.subarray(0, end);
    const lines = carried.length === 0 ? whole : Buffer.concat([...carried, whole]);
    decoder.push(isFirst ? withoutMark(lines) : lines);
    isFirst = false;
    carried = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  const rest = Buffer.concat(carried);
  if (isFirst) decoder.push(withoutMark(rest));
  else if (rest.length > 0) decoder.push(rest);
  return decoder.finish();
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}
