import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text as drained } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to one request on its way. */
export type Fault =
  /** Answered 503 SlowDown instead of being passed on. */
  | { readonly kind: 'slowDown' }
  /** The connection is cut before the request is passed on. */
  | { readonly kind: 'cut' }
  /** The request is passed on and carried out, then the connection is cut in place of the answer. */
  | { readonly kind: 'cutAnswer' }
  /** Half of the answer's body is sent, then the connection is cut. */
  | { readonly kind: 'cutBody' }
  /** One byte of the answer's body is changed. */
  | { readonly kind: 'corrupt' }
  /** Another error, as S3 would word it. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** Passed on so many milliseconds later. */
  | { readonly kind: 'delay'; readonly ms: number };

/** Stands in front of a server and makes chosen requests fail. */
export interface FaultProxy {
  readonly endpoint: string;
  /** The next requests meet these faults, one each; the rest pass. */
  plan(...faults: readonly Fault[]): void;
  /** Planned faults that no request has met yet. */
  readonly left: number;
  /** Requests seen so far, as `PUT /bucket/key`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const planned: Fault[] = [];
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    handle(incoming, outgoing, target, planned.shift()).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    plan: (...faults) => planned.push(...faults),
    get left() {
      return planned.length;
    },
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  fault?: Fault,
): Promise<void> {
  if (fault?.kind === 'cut') {
    incoming.socket.destroy();
    return;
  }
  if (fault?.kind === 'slowDown' || fault?.kind === 'error') {
    await drained(incoming);
    const { status, code } = fault.kind === 'error' ? fault : { status: 503, code: 'SlowDown' };
    outgoing.writeHead(status, { 'content-type': 'application/xml' });
    outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>planned by the test</Message></Error>`);
    return;
  }
  if (fault?.kind === 'delay') await sleep(fault.ms);
  const { answer, body } = await forward(incoming, target);
  if (fault?.kind === 'cutAnswer') {
    incoming.socket.destroy();
    return;
  }
  if (fault?.kind === 'corrupt') body.writeUInt8(body.readUInt8(body.length >> 1) ^ 1, body.length >> 1);
  outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  if (fault?.kind === 'cutBody') outgoing.write(body.subarray(0, body.length >> 1), () => incoming.socket.destroy());
  else outgoing.end(body);
}

/** Passes a request on as it is, and collects the answer. */
function forward(incoming: IncomingMessage, target: string): Promise<{ answer: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const { method, rawHeaders, url } = incoming;
    const passed = request(target + url, { method: method ?? 'GET', headers: rawHeaders }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ answer, body: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    passed.on('error', reject);
    incoming.pipe(passed);
  });
}
