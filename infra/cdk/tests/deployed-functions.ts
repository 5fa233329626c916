import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TemplateJson } from '../testing/definition.ts';

/** A function as the assembly in a `cdk.out` has it. */
export interface DeployedFunction {
  /** Folder of the asset that is uploaded. */
  readonly bundle: string;
  /** Texts, and references to what is known after the deployment. */
  readonly environment: Readonly<Record<string, unknown>>;
  readonly template: TemplateJson;
}

interface FunctionResource {
  readonly Type: string;
  readonly Properties?: {
    readonly Handler?: string;
    /** `<hash>.zip`: what the deployment makes of the folder `asset.<hash>`. */
    readonly Code?: { readonly S3Key?: string };
    readonly Environment?: { readonly Variables: Record<string, unknown> };
  };
}

/** Our functions, by the part that they are (`crawl`, `features` ...), found in the templates of all stacks. */
export function deployedFunctions(outdir: string): Readonly<Record<string, DeployedFunction>> {
  const found = ['Crawler', 'Pipeline', 'Api'].flatMap((stack) => {
    const template = readTemplate(outdir, stack);
    return resourcesOf<FunctionResource>(template, 'AWS::Lambda::Function')
      .filter(({ Properties }) => Properties?.Handler === 'index.handler')
      .map(({ Properties }): [string, DeployedFunction] => {
        const environment = Properties?.Environment?.Variables ?? {};
        const bundle = path.join(outdir, `asset.${path.basename(String(Properties?.Code?.S3Key), '.zip')}`);
        return [String(environment['POWERTOOLS_SERVICE_NAME']), { bundle, environment, template }];
      });
  });
  return Object.fromEntries(found);
}

/** The pattern of the one rule of EventBridge in a stack. */
export function eventPattern(outdir: string, stack: string): unknown {
  const rule = resourcesOf<{ Type: string; Properties?: { EventPattern?: unknown } }>(
    readTemplate(outdir, stack),
    'AWS::Events::Rule',
  ).find(({ Properties }) => Properties?.EventPattern !== undefined);
  return rule?.Properties?.EventPattern;
}

function resourcesOf<Resource extends { readonly Type: string }>(
  { Resources = {} }: TemplateJson,
  type: string,
): Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type) as unknown as Resource[];
}

function readTemplate(outdir: string, stack: string): TemplateJson {
  return JSON.parse(readFileSync(path.join(outdir, `${stack}.template.json`), 'utf8'));
}
