import { execFile } from 'node:child_process';
import path from 'node:path';
import { pythonVenvOrReason } from '@pavio/storage/testing';

const PINS = ['numpy==2.4.6', 'onnx==1.23.2', 'onnxruntime==1.31.1'];

/** A Python with onnxruntime; or why there is none, for the names of the tests that are skipped. */
export async function onnxRuntime(): Promise<{ readonly path: string; readonly missing: string }> {
  const found = await pythonVenvOrReason('onnx', PINS);
  return typeof found === 'string' ? { path: found, missing: '' } : { path: '', missing: ` (${found.unavailable})` };
}

export interface OnnxQuestion {
  readonly file: string;
  /** The batch that the file is run on. */
  readonly rows: readonly Float32Array[];
}

export interface OnnxAnswer {
  readonly input: { readonly name: string; readonly type: string; readonly shape: readonly (number | string)[] };
  readonly metadata: Readonly<Record<string, string>>;
  /** Float32 values are exact as numbers. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly types: Readonly<Record<string, string>>;
}

/**
 * What onnxruntime says, one answer a question. @throws what Python printed, where a file is no valid ONNX or cannot run.
 */
export function askOnnxRuntime(python: string, questions: readonly OnnxQuestion[]): Promise<OnnxAnswer[]> {
  const { promise, resolve, reject } = Promise.withResolvers<OnnxAnswer[]>();
  const script = path.join(import.meta.dirname, 'onnx_runtime.py');
  const child = execFile(python, [script], { maxBuffer: 2 ** 28 }, (error, stdout) => {
    if (error === null) resolve(JSON.parse(stdout) as OnnxAnswer[]);
    else reject(error);
  });
  child.stdin?.end(
    JSON.stringify(questions.map(({ file, rows }) => ({ file, rows: rows.map((row) => [...row].map(String)) }))),
  );
  return promise;
}
