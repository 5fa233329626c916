import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);

/** The floors of the house, lowest first: a room may import rooms of lower floors only (DESIGN: imports point one way). */
const FLOORS = [
  ['core'],
  ['storage', 'market', 'features', 'estimators', 'dashboard'],
  ['crawler', 'training', 'prediction'],
  ['api'],
  ['cli'],
  ['lambda'],
  ['glue'],
  ['cdk'],
  ['ops'],
];

/** Where each room is. */
const folders = new Map(
  globSync('{packages,infra}/*/package.json', { cwd: root }).map((file) => {
    const folder = path.dirname(file);
    return [path.basename(folder), folder];
  }),
);
const rooms = [...folders.keys()].sort();

function floorOf(room: string): number {
  return FLOORS.findIndex((floor) => floor.includes(room));
}

/** What every source file of a room imports. */
function importsOf(room: string, folder: string): { file: string; from: string }[] {
  return globSync(`${folders.get(room)}/${folder}/**/*.ts`, { cwd: root }).flatMap((file) => {
    const source = readFileSync(path.join(root, file), 'utf8');
    const specifiers = source.matchAll(
      /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    );
    return Array.from(specifiers, (match) => ({ file, from: match[1] ?? match[2] ?? '' }));
  });
}

describe.each(rooms)('%s', (room) => {
  const manifest: { dependencies?: Record<string, string>; devDependencies?: Record<string, string> } = JSON.parse(
    readFileSync(path.join(root, folders.get(room) ?? '', 'package.json'), 'utf8'),
  );

  it('stands on a floor of the house', () => {
    expect(floorOf(room)).toBeGreaterThanOrEqual(0);
  });

  it('imports only rooms of lower floors, by their entry', () => {
    const bad = importsOf(room, 'src').filter(({ from }) => {
      if (!from.startsWith('@pavio/')) return false;
      const [, target = '', ...rest] = from.split('/');
      return rest.length > 0 || floorOf(target) >= floorOf(room);
    });
    expect(bad).toEqual([]);
  });

  it('reaches no other room by a path', () => {
    const bad = ['src', 'testing', 'tests'].flatMap((folder) =>
      importsOf(room, folder).filter(({ file, from }) => {
        if (!from.startsWith('.')) return false;
        const target = path.relative(root, path.resolve(root, path.dirname(file), from));
        return !target.startsWith(folders.get(room) + path.sep);
      }),
    );
    expect(bad).toEqual([]);
  });

  it('names the endings of the files it imports', () => {
    const bad = importsOf(room, 'src').filter(({ from }) => from.startsWith('.') && !/\.(ts|json)$/.test(from));
    expect(bad).toEqual([]);
  });

  it('declares what it imports and imports what it declares', () => {
    const packageOf = (from: string) => from.split('/', from.startsWith('@') ? 2 : 1).join('/');
    const imported = new Set(
      importsOf(room, 'src')
        .map(({ from }) => from)
        .filter((from) => !from.startsWith('.') && !from.startsWith('node:'))
        .map(packageOf)
        // Of some there are types and nothing else.
        .filter((name) => manifest.devDependencies?.[`@types/${name}`] === undefined),
    );
    expect([...imported].sort()).toEqual(Object.keys(manifest.dependencies ?? {}).sort());
  });
});

it('keeps the core free of ours', () => {
  expect(importsOf('core', 'src').filter(({ from }) => from.startsWith('@pavio/'))).toEqual([]);
});

it('finds the imports it judges', () => {
  expect(rooms).toContain('core');
  expect(importsOf('core', 'src').length).toBeGreaterThan(20);
});
