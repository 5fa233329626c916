export { apiEvent } from './api-event.ts';
export {
  HandlerError,
  invokeOnce,
  type LambdaProcess,
  type LambdaProcessOptions,
  startLambda,
} from './lambda-process.ts';
