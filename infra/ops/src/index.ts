export { main } from './process.ts';
export { type OpsSurroundings, runOps } from './program.ts';
