// A manifest for people.
import type { LostTxns, Manifest } from '../convert/manifest.js';
import { escapeForTerminal } from '../render/escape.js';

const MOST_EXAMPLES = 3;

/** What a repair was told to do beyond what is always done. */
export interface Asked {
  readonly reseal?: boolean | undefined;
  readonly fill?: boolean | undefined;
}

/**
 * What was made, a line each; `output` is where, `old` what was there before is called now. What was `asked` for is not
 * proposed.
 */
export function manifestText(manifest: Manifest, output: string, old: string | null, asked: Asked): string {
  const { release, zxid, zxidBecause, znodes, dataBytes, sessions, treeDigest, sources, files } = manifest;
  const lines = [
    files.length === 0 ? `${output} is not made (--dry-run); it would hold:` : `${output}:`,
    ...sources.map(({ source, map }) => `  from       ${source}${map === '/=/' ? '' : `, ${map}`}`),
    `  for        ${release}, zxid ${zxid} (${zxidBecause})`,
    `  holds      ${znodes} znodes, ${dataBytes} bytes of data, ${sessions} sessions, tree digest ${treeDigest}`,
  ];
  for (const { change, why, count, examples } of manifest.changes) {
    const shown = examples.slice(0, MOST_EXAMPLES).join(', ');
    const more = count > MOST_EXAMPLES ? ', ...' : '';
    lines.push(`  ${change.padEnd(10)} ${count}: ${why} (${shown}${more})`);
  }
  const { lost } = manifest;
  if (lost !== null) lines.push(...lostLines(lost, zxid, asked));
  for (const text of manifest.requires) lines.push(`  needs      ${text}`);
  for (const text of manifest.notes) lines.push(`  note       ${text}`);
  if (old !== null) lines.push(`  before     what was there is ${old} now`);
  if (files.length > 0) lines.push(`  next       ${nextStep(manifest, output)}`);
  return lines.map((line) => `${escapeForTerminal(line)}\n`).join('');
}

function nextStep({ servers }: Manifest, output: string): string {
  if (servers.length === 0)
    return `give ${output} to the user of the server, and start it with dataDir=${output}`;
  const folders = servers.map((id) => `${output}/${id}`).join(', ');
  return `copy ${folders} to the servers as their dataDir, each to the one of its number, before any is started`;
}

function lostLines(
  { txns, from, to, unreadable, missing, dropped }: LostTxns,
  zxid: string,
  { reseal, fill }: Asked,
): string[] {
  const lines: string[] = [];
  if (missing > 0)
    lines.push(`  lost       ${missing} txns up to ${zxid}, which are missing or cannot be read`);
  if (dropped > 0)
    lines.push(
      `  dropped    ${dropped} txn${dropped === 1 ? '' : 's'} that only a minority of the servers has (zoolog log --commit single-copy)`,
    );
  if (txns === 0 && !unreadable) return lines;
  const readable = txns > 0 ? ` up to ${to}, of which ${txns} can be read (zoolog log)` : '';
  lines.push(
    `  lost       all txns after ${zxid}${readable}${unreadable ? '; some records cannot be read' : ''}`,
  );
  // Where the next one is there, no more was asked for.
  if (from !== null && BigInt(from) !== BigInt(zxid) + 1n) {
    const ways = [
      ...(reseal ? [] : ['--reseal takes those with a wrong checksum']),
      ...(fill ? [] : ['--fill passes over what is missing']),
    ];
    if (ways.length > 0) lines.push(`             ${ways.join(', ')}`);
  }
  return lines;
}
