/** By name: the bundler leaves out the rest of the client. */
export { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
