import type { OpenAPIV3_1 } from 'openapi-types';

/** Every address of a description with its summary, as a page of one file; what can be opened in a browser is a link. */
export function addressList(title: string, { paths = {} }: OpenAPIV3_1.Document, basePath: string): string {
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations ?? {}).map(([method, operation]) => {
      const { summary = '', parameters = [] } = operation as OpenAPIV3_1.OperationObject;
      const address = `<code>${method.toUpperCase()} ${basePath}${path}</code>`;
      const example = method === 'get' ? examplePath(path, parameters as Parameter[]) : undefined;
      const link = example === undefined ? address : `<a href="${basePath}${example}">${address}</a>`;
      return `<tr><td>${link}</td><td>${summary}</td></tr>`;
    }),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}td{padding:.25rem 1rem .25rem 0}</style></head>
<body><h1>${title}</h1>
<p>Described in full at <a href="${basePath}/openapi.json">openapi.json</a>, which every OpenAPI tool opens.</p>
<table>${rows.join('\n')}</table></body></html>
`;
}

interface Parameter {
  readonly name: string;
  readonly examples?: Readonly<Record<string, { readonly value: string }>>;
}

/** The path with the first example of each parameter in its place; undefined where one has none. */
function examplePath(path: string, parameters: readonly Parameter[]): string | undefined {
  const filled = path.replaceAll(/\{(\w+)\}/g, (place, name) => {
    const { examples = {} } = parameters.find((parameter) => parameter.name === name) ?? {};
    return Object.values(examples)[0]?.value ?? place;
  });
  return filled.includes('{') ? undefined : filled;
}
