import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { flagName, SETTINGS, type SettingName } from '@pavio/core';
import { describe, expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);
/** Runs of spaces are one: the formatter pads the tables. */
const oneSpaced = (text: string) => text.replace(/ +/g, ' ');
const readme = oneSpaced(readFileSync(path.join(root, 'README.md'), 'utf8'));

interface Row {
  readonly flag?: string;
  readonly env: readonly string[];
  readonly fallback?: string;
  readonly about: string;
}

describe('README.md', () => {
  it.each(Object.keys(SETTINGS) as SettingName[])('has the setting %s as the program knows it', (name) => {
    const { flag, env, fallback = '', about }: Row = SETTINGS[name];
    const cells = [
      flag === undefined ? '' : `\`--${flagName(name)}\``,
      `\`${env[0]}\``,
      fallback && `\`${fallback}\``,
      about,
    ];
    expect(readme).toContain(oneSpaced(`| ${cells.join(' | ')} |`));
  });

  it('links to files that are there', () => {
    const links = Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g), (match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links)
      expect({ link, exists: existsSync(path.join(root, link)) }).toEqual({ link, exists: true });
  });

  it('names every room', () => {
    for (const room of [
      'core',
      'storage',
      'market',
      'features',
      'estimators',
      'crawler',
      'training',
      'prediction',
      'dashboard',
      'api',
      'cli',
    ]) {
      expect(readme).toContain(`packages/${room}`);
      expect(existsSync(path.join(root, 'packages', room, 'README.md'))).toBe(true);
    }
  });
});
