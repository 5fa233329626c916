import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FixedAnswer {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server on loopback that gives these answers in turn, the last one for ever. */
export async function startAnswers(...answers: FixedAnswer[]) {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const { status = 200, body, headers = {} } = answers[Math.min(asked.length, answers.length - 1)] as FixedAnswer;
    asked.push(new URL(request.url ?? '/', 'http://provider'));
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
