// What scrub made, for the person who made it.
import type { ScrubManifest } from '../convert/scrub.js';
import { escapeForTerminal } from '../render/escape.js';

/** A line each; `names` are the sources and the folders of their copies. */
export function scrubText(
  { keyId, servers, key, old }: ScrubManifest & { readonly key: string; readonly old: string | null },
  output: string,
  names: readonly (readonly [name: string, folder: string])[],
  isDryRun: boolean,
): string {
  const lines = [isDryRun ? `${output} is not made (--dry-run); it would hold:` : `${output}:`];
  for (const [i, { files, others }] of servers.entries()) {
    const [name, folder] = names[i]!;
    lines.push(`  from       ${name}${folder === '' ? '' : `, now ${folder}`}`);
    const sum = (of: (file: (typeof files)[number]) => number) =>
      files.reduce((total, file) => total + of(file), 0);
    const count = (kind: string) => {
      const found = files.filter((file) => file.kind === kind);
      return `${found.length} ${kind}${found.length === 1 ? '' : 's'}`;
    };
    lines.push(
      `  holds      ${count('snapshot')}, ${count('log')}, ${others.length} other file${others.length === 1 ? '' : 's'}`,
    );
    lines.push(`  digests    ${sum((file) => file.digests)} computed for the copy`);
    const without = sum((file) => file.digestsLeftOut);
    if (without > 0)
      lines.push(`             ${without} left out: no replay tells what they are in the copy`);
    const broken = files.filter(({ isWhole }) => !isWhole);
    for (const { path } of broken.slice(0, 5)) lines.push(`  damaged    ${path}, as its original is`);
    if (broken.length > 5) lines.push(`             and ${broken.length - 5} more`);
  }
  lines.push(`  key        ${key} (its number is ${keyId})`);
  lines.push(
    '  stays      zxids, times, sessions, versions, kinds, sizes, offsets, the shape of names, counters',
  );
  if (old !== null) lines.push(`  before     what was there is ${old} now`);
  if (!isDryRun)
    lines.push(
      `  next       look at it before it is given away: zoolog find ${output}; scrub.json may go along`,
    );
  return lines.map((line) => `${escapeForTerminal(line)}\n`).join('');
}
