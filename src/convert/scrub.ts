// A copy of servers' data for sharing, and what is said of it.
import { basename, dirname } from 'node:path';
import type { OutputFolder } from '../container/output-folder.js';
import type { DataDir } from '../datadir/data-dir.js';
import { parseFileName } from '../datadir/file-name.js';
import { identify } from '../datadir/identify.js';
import { UsageError } from '../errors.js';
import type { Resolved } from '../source/resolve.js';
import { SourceLog } from '../source/source-log.js';
import type { SourceOptions } from '../source/source-options.js';
import { surveyEnd } from '../tree/snapshot-survey.js';
import { openTxnLog } from '../txnlog/read-log.js';
import { DigestTable } from './digest-table.js';
import { Pseudonyms } from './pseudonyms.js';
import { type ServerCopy, scrubServer } from './scrub-server.js';
import { type NameRules, Scrubber } from './scrubber.js';

/** What a copy is made with. */
export interface ScrubOptions extends NameRules {
  /** Anything that nobody can guess. */
  readonly key: Uint8Array;
}

/** What was made. It tells nothing of the source, so that it can be shared too. */
export interface ScrubManifest {
  readonly tool: string;
  /** Tells whether two copies were made with one key; nothing of the key. */
  readonly keyId: string;
  readonly keep: number;
  readonly replace: number;
  readonly servers: readonly ServerCopy[];
}

/** A scrubber, and what tells its key from others. */
export function scrubberOf({ key, ...rules }: ScrubOptions): { scrubber: Scrubber; keyId: string } {
  const pseudonyms = new Pseudonyms(key);
  return { scrubber: new Scrubber(pseudonyms, rules), keyId: pseudonyms.id };
}

/** The servers of a SOURCE by the folders that their copies have: "" for one that is named by itself. */
export function foldersOfCopies(resolved: readonly Resolved[], scrubber: Scrubber): string[] {
  const folders: string[] = [];
  for (const one of resolved) {
    const name = one.kind === 'directory' ? one.server : '';
    const folder = resolved.length === 1 ? '' : scrubber.server(name).replaceAll('/', '-');
    folders.push(folders.includes(folder) ? `${folder}-${folders.length + 1}` : folder);
  }
  return folders;
}

/** Writes the copies of servers. @throws UsageError for an index, which holds no files. */
export function scrubServers(
  resolved: readonly Resolved[],
  folders: readonly string[],
  scrubber: Scrubber,
  output: OutputFolder | null,
  options: SourceOptions,
): ServerCopy[] {
  return resolved.map((one, i) => {
    const log = new SourceLog(options, one.shown);
    if (one.kind === 'index') {
      const hint = 'name the directories that it was made of; --as ndjson takes its tree';
      throw new UsageError(`${one.name}: an index holds no files to copy`, hint);
    }
    const dir = one.kind === 'directory' ? one.dir : fileAlone(one.path, one.kind, one.zxid);
    const digests = new DigestTable();
    digests.fill(dir, scrubber, log);
    return scrubServer(dir, scrubber, digests, output, folders[i]!, log);
  });
}

/** A file that was named by itself, as a directory that holds it alone. */
function fileAlone(path: string, kind: 'snapshot' | 'log', named: bigint | null): DataDir {
  const zxid = named ?? (kind === 'snapshot' ? surveyEnd(path, 0n).end.zxid : firstZxid(path));
  const { codec, content } = identify(path);
  const known = named === null ? null : parseFileName(basename(path));
  const plain = { gzip: 'gz', snappy: 'snappy', raw: null }[codec];
  const extension = known === null ? plain : known.extension;
  const name = `${kind}.${zxid.toString(16)}${extension === null ? '' : `.${extension}`}`;
  const file = { kind, zxid, extension, path, name, size: 0, mtimeMs: 0, codec, content };
  const folder = dirname(path);
  return {
    ...{ path, snapDir: folder, logDir: folder, epochs: [], others: [], problems: [] },
    ...{ myid: null, config: null, configFile: null },
    snapshots: kind === 'snapshot' ? [file] : [],
    logs: kind === 'log' ? [file] : [],
  };
}

function firstZxid(path: string): bigint {
  const reader = openTxnLog(path);
  try {
    for (const record of reader.records()) return record.zxid;
    return 0n;
  } finally {
    reader.close();
  }
}
