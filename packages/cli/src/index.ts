export { runProgram, type Surroundings } from './program.ts';
