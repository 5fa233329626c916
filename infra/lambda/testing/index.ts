export { apiEvent } from './api-event.ts';
export { type AwsServices, type BusEvent, startAwsServices } from './aws-services.ts';
export {
  HandlerError,
  invokeOnce,
  type LambdaProcess,
  type LambdaProcessOptions,
  startLambda,
} from './lambda-process.ts';
export { noon } from './noon.ts';
