import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { pythonVenvOrReason } from '@pavio/storage/testing';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.dirname(import.meta.dirname);
const python = await pythonVenvOrReason('kubernetes', ['kubernetes-validate==1.37.0']);
const missing = typeof python === 'string' ? missingKubectl() : python.unavailable;

/** What a program of Python prints, given some words. */
async function ask(program: string, ...words: readonly string[]): Promise<string> {
  if (typeof python !== 'string') throw new Error(python.unavailable);
  return (await run(python, ['-c', program, ...words])).stdout;
}

/** What is read of a manifest here. */
interface Container {
  readonly args: readonly string[];
  readonly envFrom: readonly Readonly<Record<string, { readonly name: string }>>[];
  readonly resources: Record<'requests' | 'limits', Record<string, string>>;
  readonly securityContext: Record<string, unknown>;
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly [Container];
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec?: Record<string, never>;
  readonly data?: Record<string, string>;
}

function missingKubectl(): string | undefined {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    return 'no kubectl';
  }
}

async function render(folder: string): Promise<{ text: string; resources: readonly Resource[] }> {
  const { stdout: text } = await run('kubectl', ['kustomize', path.join(root, 'infra/k8s', folder)]);
  const program = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.argv[1]))))';
  return { text, resources: JSON.parse(await ask(program, text)) as Resource[] };
}

const podOf = ({ kind, spec }: Resource): PodSpec | undefined => {
  const inner = { Deployment: ['template', 'spec'], CronJob: ['jobTemplate', 'spec', 'template', 'spec'] }[kind];
  return inner?.reduce((at: unknown, key) => (at as Record<string, unknown>)[key], spec) as PodSpec | undefined;
};

describe.skipIf(missing !== undefined)(`the manifests for Kubernetes${missing ? ` (${missing})` : ''}`, async () => {
  const folders = ['base', 'overlays/eks'];
  const rendered = missing === undefined ? await Promise.all(folders.map(render)) : [];
  const { resources = [], text = '' } = rendered[1] ?? {};
  const one = (kind: string, name?: string) => {
    const found = resources.filter((it) => it.kind === kind && (name === undefined || it.metadata.name === name));
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const pods = resources.flatMap((resource) => podOf(resource) ?? []);

  it.each(['1.31', '1.37'])('have the schemas of Kubernetes %s, strictly', async (version) => {
    for (const each of rendered) {
      const program = [
        'import sys, yaml, kubernetes_validate as k',
        'for each in yaml.safe_load_all(sys.argv[1]): k.validate(each, sys.argv[2], strict=True)',
      ].join('\n');
      await expect(ask(program, each.text, version)).resolves.toBe('');
    }
  });

  it('run two replicas of the API, more under load, and never none', () => {
    expect(one('Deployment').spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
    expect(one('HorizontalPodAutoscaler').spec).toMatchObject({
      minReplicas: 2,
      scaleTargetRef: { kind: 'Deployment', name: one('Deployment').metadata.name },
    });
    expect(one('PodDisruptionBudget').spec).toMatchObject({ minAvailable: 1 });
  });

  it('ask the API whether it lives and whether it can forecast', () => {
    const [api] = podOf(one('Deployment'))!.containers;
    expect(api['livenessProbe']?.httpGet.path).toBe('/livez');
    expect(api['startupProbe']?.httpGet.path).toBe('/livez');
    expect(api['readinessProbe']?.httpGet.path).toBe('/readyz');
    expect(api.resources).toEqual({
      requests: { cpu: '500m', memory: '2Gi' },
      limits: { cpu: '1000m', memory: '4Gi' },
    });
  });

  it('let the API be reached by its port alone', () => {
    expect(one('Ingress').spec).toMatchObject({
      ingressClassName: 'alb',
      rules: [{ http: { paths: [{ backend: { service: { name: one('Service').metadata.name } } }] } }],
    });
    expect(one('NetworkPolicy').spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 8000 }] }],
    });
  });

  it('let pods resolve names wherever the cluster does that, and reach S3, the market and PostgreSQL', () => {
    const port = (number: number, protocol = 'TCP') => ({ port: number, protocol });
    // No `to`: Auto Mode of EKS has no pods of a name server that a selector could mean.
    expect(one('NetworkPolicy').spec?.['egress']).toEqual([
      { ports: [port(53, 'UDP'), port(53)] },
      { ports: [port(443), port(5432)] },
    ]);
  });

  it('run the pipeline twice a day, one at a time, and check it once a week', () => {
    expect(one('CronJob', 'pipeline').spec).toMatchObject({
      schedule: '0 2,19 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { backoffLimit: 3, activeDeadlineSeconds: 14_400 } },
    });
    expect(one('CronJob', 'check').spec).toMatchObject({ schedule: '30 4 * * 0', concurrencyPolicy: 'Forbid' });
  });

  it('give every pod the role for the bucket and nothing that it does not need', () => {
    expect(one('ServiceAccount').metadata.annotations).toHaveProperty('eks.amazonaws.com/role-arn');
    expect(pods).toHaveLength(3);
    for (const { serviceAccountName, securityContext, containers } of pods) {
      expect(serviceAccountName).toBe(one('ServiceAccount').metadata.name);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('take keys from a secret that is not part of them', () => {
    for (const { containers } of pods)
      expect(containers[0].envFrom).toContainEqual({ secretRef: { name: 'pavio-keys' } });
    expect(Object.keys(one('ConfigMap').data ?? {}).filter((name) => name.endsWith('_KEY'))).toEqual([]);
    expect(text).not.toMatch(/^kind: Secret$/m);
  });

  it('are applied after the namespace and the keys, without which no pod starts', () => {
    const readme = readFileSync(path.join(root, 'infra/k8s/README.md'), 'utf8');
    const steps = Array.from(
      readme.matchAll(/^kubectl .*?(apply|create secret generic) ?(.*?)(?: \\)?$/gm),
      (step) => step[2],
    );
    expect(steps).toEqual(['-f infra/k8s/base/namespace.yaml', 'pavio-keys', '-k infra/k8s/overlays/eks']);
  });

  it('call commands that pavio has, with settings it knows', async () => {
    const settings = { PATH: process.env['PATH'] ?? '', ...one('ConfigMap').data };
    for (const { containers } of pods) {
      const main = path.join(root, 'packages/cli/src/main.ts');
      const { stdout } = await run(process.execPath, [main, ...containers[0].args, '--help'], { env: settings });
      expect(stdout).toContain(`pavio ${containers[0].args[0]}`);
    }
  });
});
