import type * as Sdk from './sdk.ts';

/** S3 wants parts of 5 MB and more, and takes 10,000 of them: 160 GB. */
const PART_BYTES = 16 * 2 ** 20;

/**
 * Writes a body that comes in pieces: one part is in memory at a time. The object appears when the last part is there; an
 * upload that fails is called off, and one that was killed is swept up by the bucket's lifecycle rule.
 *
 * @returns the etag.
 */
export async function putParts(
  { sdk, client }: { readonly sdk: typeof Sdk; readonly client: Sdk.S3Client },
  at: { readonly Bucket: string; readonly Key: string },
  body: AsyncIterable<Uint8Array>,
): Promise<string> {
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'CRC32' }));
  const upload = { ...at, UploadId };
  try {
    const parts: Sdk.CompletedPart[] = [];
    for await (const part of joined(body)) {
      const PartNumber = parts.length + 1;
      const request = { ...upload, PartNumber, Body: part, ChecksumAlgorithm: 'CRC32' } as const;
      const { ETag, ChecksumCRC32 } = await client.send(new sdk.UploadPartCommand(request));
      parts.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    const complete = { ...upload, MultipartUpload: { Parts: parts } };
    const { ETag = '' } = await client.send(new sdk.CompleteMultipartUploadCommand(complete));
    return ETag;
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** The same bytes in pieces of one size, but for the last; one empty piece where there are none. */
async function* joined(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let part = new Uint8Array(PART_BYTES);
  let length = 0;
  let count = 0;
  for await (const piece of body) {
    for (let from = 0; from < piece.length; ) {
      const taken = piece.subarray(from, from + PART_BYTES - length);
      part.set(taken, length);
      length += taken.length;
      from += taken.length;
      if (length < PART_BYTES) continue;
      yield part;
      count++;
      part = new Uint8Array(PART_BYTES);
      length = 0;
    }
  }
  if (length > 0 || count === 0) yield part.subarray(0, length);
}
