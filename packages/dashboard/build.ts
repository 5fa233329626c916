/**
 * Bundles the page into `src/page-files.ts`, which is kept in the repository: whoever runs Pavio needs no bundler, and
 * neither do the image and Lambda. After a change of `page/`: `node packages/dashboard/build.ts`. A test tells when that
 * was forgotten.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';

const PAGE = path.join(import.meta.dirname, 'page');
export const OUTPUT = path.join(import.meta.dirname, 'src/page-files.ts');

/** The text of `src/page-files.ts` as the sources give it: the same whenever and wherever it is made. */
export async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: PAGE,
    entryPoints: [
      { in: 'main.ts', out: 'app' },
      { in: 'style.css', out: 'app' },
    ],
    outdir: PAGE,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'inline',
    write: false,
  });
  const files: Record<string, string> = { 'index.html': await readFile(path.join(PAGE, 'index.html'), 'utf8') };
  for (const { path: file, text } of outputFiles) files[path.basename(file)] = text;
  const lines = Object.entries(files).map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},`);
  return `// Made by build.ts; not to be edited. uPlot in it: Copyright (c) 2022 Leon Sorokin, MIT licence.\nexport const PAGE = {\n${lines.join('\n')}\n} as const;\n`;
}

if (import.meta.main) {
  const text = await bundlePage();
  await writeFile(OUTPUT, text);
  console.log(`${path.relative(process.cwd(), OUTPUT)}: ${Math.round(Buffer.byteLength(text) / 1000)} kB`);
}
