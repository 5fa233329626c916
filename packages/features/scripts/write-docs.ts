import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { featuresPage } from '../src/documentation.ts';

// Writes docs/features.md of this checkout: node packages/features/scripts/write-docs.ts
const docs = path.resolve(import.meta.dirname, '../../../docs');
mkdirSync(docs, { recursive: true });
writeFileSync(path.join(docs, 'features.md'), featuresPage());
