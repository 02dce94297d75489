// Writes the pages in docs/ that are made from the code. A test fails where they differ.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findingsDoc } from '../dist/analysis/findings-doc.js';
import { schemaDoc } from '../dist/store/schema-doc.js';

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs');
writeFileSync(join(docs, 'findings.md'), findingsDoc());
writeFileSync(join(docs, 'index-schema.md'), schemaDoc());
