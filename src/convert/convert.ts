// Trees made into a data directory that servers boot from: gathered by the rules, sorted, written as one snapshot.

import type { OutputFolder, WrittenFile } from '../container/output-folder.js';
import { hasTrait } from '../datadir/release.js';
import { InputError } from '../errors.js';
import { DIGEST_VERSION } from '../records/txn-digest.js';
import { formatHex, formatZxid, type Zxid } from '../records/zxid.js';
import type { TrailerBlocks } from '../snapshot/seal.js';
import type { Session } from '../snapshot/session.js';
import { timeText } from '../source/moment.js';
import { sortRecords } from '../store/sort.js';
import { type Assembled, assemble } from './assemble.js';
import { type ChangeLine, Changes } from './changes.js';
import { Gatherer } from './gather.js';
import type { Manifest, ManifestSource } from './manifest.js';
import type { ConvertInput, ConvertOptions } from './options.js';
import { type OutputZxid, outputZxid } from './output-zxid.js';
import { Refusals } from './refusals.js';
import { remarks } from './remarks.js';
import { SnapshotOutput } from './write-output.js';

/**
 * Converts trees. `folder` is where it is written, null for a dry run; what is in it is complete when this returns, but
 * for the manifest, and it has yet to be committed. `myids` are those of an ensemble; without any the data is that of a
 * single server.
 * @throws ConvertRefused where the target cannot hold what is there; UsageError for what cannot be meant; InputError
 * where a source is damaged.
 */
export function convert(
  inputs: readonly ConvertInput[],
  options: ConvertOptions,
  folder: OutputFolder | null,
  myids: readonly string[],
): Omit<Manifest, 'tool'> {
  const lines = folder?.file('changes.ndjson') ?? null;
  const changes = new Changes((line) => lines?.write(lineBytes(line)));
  const refusals = new Refusals();
  const gatherer = new Gatherer(inputs, options, changes, refusals);
  const rows = sortRecords(gatherer.rows());
  // The sort has taken all rows when it gives the first.
  const first = rows.next();
  for (const { tree } of inputs) {
    if (!tree.isComplete)
      throw new InputError(tree.name, 'is damaged, and what is left of it is not converted');
  }
  refusals.check();
  const chosen = outputZxid(options.zxid, inputs, gatherer);
  const sessions = options.keepSessions ? [...inputs[0]!.tree.sessions()] : [];
  const place = { folder, myids, codec: options.codec, zxid: chosen.zxid };
  const snapshot = new SnapshotOutput(place, { sessions, acls: gatherer.acls.keys.entries });
  const { zxid } = chosen;
  const time = gatherer.newestTime;
  const assembly = {
    inputs,
    zxid,
    time,
    changes,
    refusals,
    write: (record: Buffer) => snapshot.znode(record),
  };
  const assembled = assemble(firstAnd(first, rows), assembly);
  refusals.check();
  const written = snapshot.end(trailerOf(options, zxid, assembled));
  if (lines !== null) written.push(lines.end());
  return manifestOf(inputs, options, chosen, assembled, gatherer, changes, sessions, written, myids);
}

function* firstAnd(first: IteratorResult<Buffer>, rest: Iterable<Buffer>): Generator<Buffer> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** What servers of the target line write behind the tree. */
function trailerOf(
  { target, trailer }: ConvertOptions,
  zxid: Zxid,
  { treeDigest }: Pick<Assembled, 'treeDigest'>,
): TrailerBlocks {
  // A lastProcessedZxid block without a digest before it is taken for one, and refused.
  const hasDigest = trailer && hasTrait(target, 'readsDigestBlock');
  return {
    digest: hasDigest ? { zxid, version: DIGEST_VERSION, digest: treeDigest } : null,
    lastProcessedZxid: hasDigest && hasTrait(target, 'readsLastZxidBlock') ? zxid : null,
  };
}

function lineBytes(line: ChangeLine): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

function manifestOf(
  inputs: readonly ConvertInput[],
  options: ConvertOptions,
  { zxid, because }: OutputZxid,
  assembled: Assembled,
  gatherer: Gatherer,
  changes: Changes,
  sessions: readonly Session[],
  files: readonly WrittenFile[],
  servers: readonly string[],
): Omit<Manifest, 'tool'> {
  const { target, codec } = options;
  const { requires, notes } = remarks(inputs, options, zxid, gatherer, changes, sessions);
  return {
    release: target.text,
    zxid: formatZxid(zxid),
    zxidBecause: because,
    time: timeText(gatherer.newestTime),
    znodes: assembled.znodes,
    dataBytes: assembled.dataBytes,
    sessions: sessions.length,
    treeDigest: formatHex(assembled.treeDigest),
    digestInSnapshot: trailerOf(options, zxid, assembled).digest !== null,
    codec,
    servers,
    files,
    sources: inputs.map((input, i) => sourceOf(input, gatherer.read[i]!)),
    changes: changes.sums,
    lost: null,
    requires,
    notes,
  };
}

function sourceOf({ tree, map }: ConvertInput, znodes: number): ManifestSource {
  const { name, zxid, moment, problems } = tree;
  return {
    source: name,
    zxid: zxid === null ? null : formatZxid(zxid),
    exactness: moment?.exactness ?? null,
    reason: moment?.reason ?? null,
    map: map.text,
    znodes,
    problems: problems.length,
  };
}
