// Makes the checkout ready to run: installs the pinned dependencies, Node 24 among them, unless they are there already.
// The commands behind it in package.json are those of node_modules/.bin, which run on that Node 24.
// Plain JavaScript without dependencies: it is the one file that runs before anything is installed, on any Node >= 18.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, 'node_modules', '.pavio-setup');

/** Changes whenever what is to be installed changes: the lock file, the manifests, the platform. */
function wanted() {
  const manifests = ['packages', 'infra']
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/package.json`));
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch}`);
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'bench/package.json', ...manifests]) {
    const full = path.join(root, file);
    if (existsSync(full)) hash.update(file).update(readFileSync(full));
  }
  return hash.digest('hex');
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 18) {
  console.error(
    `Pavio's set-up needs Node 18 or newer, this is ${process.version}. Install one from https://nodejs.org.`,
  );
  process.exit(1);
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted()) {
  console.error('Setting up Pavio: installing its dependencies and Node 24 into node_modules/ (once) ...');
  const install = spawnSync('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--prefer-offline'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, CI: 'true' },
  });
  if (install.status !== 0) {
    console.error(
      `Set-up failed: "npx ${PNPM} install" ended with ${install.error?.message ?? `code ${install.status}`}.\n` +
        'Is the npm registry reachable (npm ping)? Then run the same command again; it continues where it stopped.',
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted());
}
