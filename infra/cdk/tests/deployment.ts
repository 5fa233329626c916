import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Artefacts, createDeployment } from '../src/index.ts';

export const CDK_JSON: { readonly context: Record<string, unknown> } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../cdk.json'), 'utf8'),
);

export const STACKS = ['Data', 'Crawler', 'Pipeline', 'Api', 'Observability'] as const;
export type StackName = (typeof STACKS)[number];

/** The templates of a deployment, by stack; to be had once it is synthesized. */
export type Deployed = Readonly<Record<StackName, () => Template>>;

export interface Synthesized {
  readonly app: App;
  readonly templates: Readonly<Record<StackName, Template>>;
  /** Folder with the templates as files. */
  readonly folder: string;
}

/** Templates do not depend on what is in the bundles, so that a file in each will do. */
export function smallArtefacts(): Artefacts {
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-artefacts-'));
  const bundle = (name: string) => {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, 'index.mjs'), 'export const handler = () => undefined;');
    return { folder: path.join(folder, name), hash: name };
  };
  const file = (name: string) => {
    writeFileSync(path.join(folder, name), name);
    return path.join(folder, name);
  };
  return {
    bundles: { crawl: bundle('crawl'), features: bundle('features'), train: bundle('train'), api: bundle('api') },
    spark: { script: file('driver.py'), shipped: { node: file('node'), bundle: file('pavio_spark.mjs') } },
  };
}

export interface SynthesisOptions {
  /** Settings, as `pavio:NAME`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Synthesizes with the context of cdk.json and the given settings; findings of cdk-nag throw. */
export function synthesize({ settings, env }: SynthesisOptions = {}): Synthesized {
  const context = { ...CDK_JSON.context, ...settings };
  const outdir = mkdtempSync(path.join(tmpdir(), 'pavio-cdk-out-'));
  const { app } = createDeployment({ artefacts: smallArtefacts(), appProps: { context, outdir }, ...(env && { env }) });
  const assembly = app.synth();
  const template = (name: StackName) => Template.fromJSON(assembly.getStackArtifact(name).template as object);
  const templates = Object.fromEntries(STACKS.map((name) => [name, template(name)])) as Record<StackName, Template>;
  return { app, templates, folder: outdir };
}

/** Whatever the library found in a template: JSON, which it types as anything. */
type Json = ReturnType<Template['toJSON']>[string];

export interface Resource {
  readonly Type: string;
  readonly Properties: Json;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** All resources of a type, with these properties. */
export function resourcesOf(template: Template, type: string, properties: object = {}): Resource[] {
  return Object.values(template.findResources(type, { Properties: properties })) as unknown as Resource[];
}

export function allResources(template: Template): Resource[] {
  return Object.values((template.toJSON() as { Resources: Record<string, Resource> }).Resources);
}

export function outputOf(template: Template, name: string): unknown {
  return (template.toJSON() as { Outputs: Record<string, { Value: unknown }> }).Outputs[name]?.Value;
}

/** The one resource of a type, with these properties. */
export function only(template: () => Template, type: string, properties: object = {}): Resource {
  const [found, ...others] = resourcesOf(template(), type, properties);
  if (found === undefined || others.length > 0) {
    const count = found === undefined ? 'no' : `${others.length + 1}`;
    throw new Error(`There are ${count} ${type} with ${JSON.stringify(properties)}.`);
  }
  return found;
}

/** The function called `pavio-<part>`. */
export function functionOf(template: () => Template, part: string): Resource {
  return only(template, 'AWS::Lambda::Function', { FunctionName: `pavio-${part}` });
}
