// What Lambda imports, `index.mjs` of every function: loads the program that lies beside it.
import { loadProgram } from './load-program.ts';

const {
  program: { handler, ready },
} = loadProgram(import.meta.dirname);
await ready;

export { handler };
