// node index-child.mjs DIST FILE FOLDER OPTIONS: makes an index with the compiled sources in DIST, in a process of its
// own; says when it begins, and ends with one line of JSON.
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [dist, file, folder, options] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${dist}/${name}`).href);
const { buildIndex } = await load('store/build-index.js');
const { openDataDir } = await load('datadir/data-dir.js');
const problems = [];
writeSync(1, '\n');
const summary = buildIndex(file, [{ name: 'c', servers: [{ name: 's0', dir: openDataDir(folder) }] }], {
  ...JSON.parse(options),
  onProblem: ({ code }) => problems.push(code),
});
writeSync(1, JSON.stringify({ ...summary, problems }));
