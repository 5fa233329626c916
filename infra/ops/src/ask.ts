import { createInterface } from 'node:readline';
import { PavioError } from '@pavio/core';
import type { OpsContext } from './command.ts';

/** A question that a person must answer in so many letters before something is done. */
export interface Question {
  readonly question: string;
  readonly answer: string;
  /** What came of it without the answer: "nothing was deleted". */
  readonly otherwise: string;
  /** How to say so without being asked: "--yes". */
  readonly option: string;
}

/** @throws PavioError `bad_usage` for any other answer, and where nobody can be asked. */
export async function ask(
  { stdin, stderr, signal }: Pick<OpsContext, 'stdin' | 'stderr' | 'signal'>,
  { question, answer, otherwise, option }: Question,
): Promise<void> {
  if (stdin.isTTY !== true) {
    throw new PavioError('bad_usage', `Nobody can be asked here: ${otherwise}.`, { remedy: `Say ${option}.` });
  }
  stderr.write(question);
  const lines = createInterface({ input: stdin, signal });
  try {
    // Nothing, where the input ends instead.
    const { value: typed = '' } = (await lines[Symbol.asyncIterator]().next()) as { value?: string };
    if (typed.trim() === answer) return;
    throw new PavioError('bad_usage', `"${typed.trim()}" is not "${answer}": ${otherwise}.`, {
      remedy: 'Run the same again, and type exactly that.',
    });
  } finally {
    lines.close();
  }
}
