export { type Api, type ApiConfig, type ApiOptions, buildApp } from './app.ts';
export { isLoopback } from './loopback.ts';
export { PROBLEM_TYPE, type Problem, problemOf, problemSchema } from './problem.ts';
export { type ListenOptions, type RunningServer, startServer } from './server.ts';
