import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { openDatabase } from '@pavio/storage';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const run = promisify(execFile);
const root = path.dirname(import.meta.dirname);
const text = readFileSync(path.join(root, 'infra/docker/compose.yaml'), 'utf8');

/** What is read of a service here. */
interface Service {
  readonly image: string;
  readonly user: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const { services, volumes } = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<'scheduler' | 'api' | 'postgres', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const pavio = [services.scheduler, services.api];

it('runs each service without root, capabilities or a writable root file system, within limits', () => {
  expect(Object.keys(services)).toEqual(['scheduler', 'api', 'postgres']);
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String) } } },
    });
    expect(service).not.toHaveProperty('cap_add');
    for (const volume of service.volumes) expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
  }
});

it('keeps the database inside, as one exact version that says when it can be used', () => {
  const { postgres } = services;
  expect(postgres).not.toHaveProperty('ports');
  expect(postgres.image).toMatch(/^postgres:\d+\.\d+-[a-z]+@sha256:[0-9a-f]{64}$/);
  // Where the image of version 18 and later keeps its data.
  expect(postgres.volumes).toEqual(['database:/var/lib/postgresql']);
  const { POSTGRES_USER: user, POSTGRES_DB: database } = postgres.environment;
  expect(postgres.healthcheck?.test).toEqual(
    expect.arrayContaining(['CMD', 'pg_isready', `--username=${user}`, `--dbname=${database}`]),
  );
  for (const { environment, depends_on } of pavio) {
    expect(openDatabase(environment['DATABASE_URL'] ?? '').name).toBe(`postgres://${user}@postgres:5432/${database}`);
    expect(depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  }
});

it('has no secret in it, and does not start without one', () => {
  const required = /^\$\{(\w+):\?set \1 to a long random text/;
  expect(services.api.environment['PAVIO_API_KEY']).toMatch(required);
  for (const { environment } of pavio) expect(environment['PGPASSWORD']).toMatch(required);
  expect(services.postgres.environment['POSTGRES_PASSWORD']).toBe(services.api.environment['PGPASSWORD']);
});

it('calls commands that pavio has', async () => {
  const main = path.join(root, 'packages/cli/src/main.ts');
  for (const { command = [] } of pavio) {
    const { stdout } = await run(process.execPath, [main, ...command, '--help'], { env: {} });
    expect(stdout).toContain(`pavio ${command[0]}`);
  }
});
