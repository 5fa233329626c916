import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** An event as EventBridge passes it on. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
}

/** In the place of two services of AWS that no test can reach: EventBridge takes events, Lambda takes invocations. */
export interface AwsServices {
  readonly endpoint: string;
  /** In the order they came. */
  readonly events: readonly BusEvent[];
  readonly invocations: readonly { readonly functionName: string; readonly type: string; readonly event: unknown }[];
  /** The next events are refused by the bus, though the request is taken. */
  refuseEvents(count: number): void;
  stop(): Promise<void>;
}

interface PutEvents {
  readonly Entries: readonly { readonly Source: string; readonly DetailType: string; readonly Detail: string }[];
}

export async function startAwsServices(): Promise<AwsServices> {
  const events: BusEvent[] = [];
  const invocations: { functionName: string; type: string; event: unknown }[] = [];
  let refused = 0;

  /** The body of the answer, with its status. */
  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const { headers, url = '' } = request;
    const body = await json(request);
    const [, functionName] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(url) ?? [];
    if (functionName !== undefined) {
      invocations.push({ functionName, type: String(headers['x-amz-invocation-type']), event: body });
      return { status: 202, body: {} };
    }
    if (headers['x-amz-target'] !== 'AWSEvents.PutEvents')
      return { status: 404, body: { message: `nothing at ${url}` } };
    if (refused > 0) {
      refused--;
      const entry = { ErrorCode: 'ThrottlingException', ErrorMessage: 'refused by the test' };
      return { status: 200, body: { FailedEntryCount: 1, Entries: [entry] } };
    }
    const { Entries } = body as PutEvents;
    for (const { Source, DetailType, Detail } of Entries) {
      events.push({ source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail) });
    }
    return {
      status: 200,
      body: { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(index) })) },
    };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    invocations,
    refuseEvents: (count) => {
      refused += count;
    },
    async stop() {
      const isOver = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await isOver;
    },
  };
}
