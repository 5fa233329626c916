export { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export { type PostgresServer, startPostgres } from './postgres-server.ts';
export { pythonVenv, pythonVenvOrReason, type Unavailable } from './python-venv.ts';
export { type S3Server, startS3Server } from './s3-server.ts';
