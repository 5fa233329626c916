/** The same memory as a plain Uint8Array: a Buffer is one too, but its `slice` shares memory where Uint8Array's copies. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
