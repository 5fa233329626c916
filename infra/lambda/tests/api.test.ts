// The API's bundle over an empty lake: it starts, says what is missing, and its links hold behind the stage and without one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../src/index.ts';
import { apiEvent, type LambdaProcess, startLambda } from '../testing/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pavio-api-bundle-'));
let api: LambdaProcess;
beforeAll(async () => {
  const [bundle] = await bundleFunctions(folder, ['api']);
  // A folder is a lake like a bucket.
  const env = { PAVIO_LAKE: path.join(folder, 'lake'), PAVIO_API_KEY: 'correct horse' };
  api = await startLambda({ bundle: bundle?.folder ?? '', env });
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function ask(...event: Parameters<typeof apiEvent>): Promise<Answer> {
  return api.invoke(apiEvent(...event)) as Promise<Answer>;
}

describe('over an empty lake', () => {
  it('lives, is not ready, and forecasts nothing', async () => {
    expect((await ask('/livez')).statusCode).toBe(200);
    for (const url of ['/readyz', '/symbol/BTC']) {
      const { statusCode, body } = await ask(url);
      expect(statusCode).toBe(503);
      expect(JSON.parse(body)).toMatchObject({
        code: 'no_models',
        type: '/prod/errors/no_models',
        instance: `/prod${url}`,
      });
    }
    expect(api.log).toContainEqual(expect.objectContaining({ service: 'api', Problems: 1 }));
  });

  it('shows a list of its addresses in the place of Swagger UI', async () => {
    const { statusCode, headers, body } = await ask('/docs', { headers: { Accept: 'text/html' } });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    expect(body).toContain('href="/prod/symbol/BTC"');
  });

  it('sends a browser to the page, whose files are all there', async () => {
    const front = await ask('/', { headers: { Accept: 'text/html' } });
    expect([front.statusCode, front.headers['location']]).toEqual([302, '/prod/dashboard/']);
    const types = { '': 'text/html', 'app.css': 'text/css', 'app.js': 'text/javascript' };
    for (const [file, type] of Object.entries(types)) {
      const { statusCode, headers, body } = await ask(`/dashboard/${file}`);
      expect([statusCode, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
      expect(body.length).toBeGreaterThan(500);
    }
  });

  it('gives the state in numbers to Prometheus', async () => {
    const { statusCode, headers, body } = await ask('/metrics', { headers: { Accept: 'text/plain' } });
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(body).toContain('pavio_ready 0');
  });

  it('asks for the key where something is changed', async () => {
    expect((await ask('/reload', { method: 'POST' })).statusCode).toBe(401);
    const keyed = { method: 'POST', headers: { 'x-api-key': 'correct horse' } };
    expect(JSON.parse((await ask('/reload', keyed)).body)).toMatchObject({ code: 'no_models' });
  });

  it('has no stage in its links under a domain of its own', async () => {
    const event = apiEvent('/');
    const answer = (await api.invoke({ ...event, requestContext: { ...event.requestContext, path: '/' } })) as Answer;
    expect(JSON.parse(answer.body)).toMatchObject({ docs: '/docs' });
  });

  it('answers an event that somebody typed', async () => {
    const answer = (await api.invoke({ httpMethod: 'GET', path: '/nowhere' })) as Answer;
    expect(answer.statusCode).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ type: '/errors/not_found' });
  });
});
