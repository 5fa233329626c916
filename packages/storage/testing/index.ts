export { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export { type S3Server, startS3Server, type Unavailable } from './s3-server.ts';
