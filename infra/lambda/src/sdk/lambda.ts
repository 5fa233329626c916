/** By name: the bundler leaves out the rest of the client. */
export { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
