// A tree as `export` writes it as ndjson, perhaps edited: a SOURCE like any other tree.
import { existsSync, statSync } from 'node:fs';
import { openPlain } from '../container/open-plain.js';
import { FormatError, InputError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import type { ACL } from '../records/acl.js';
import { AclKeys } from '../snapshot/acl-keys.js';
import { fillRecord } from '../snapshot/fill-record.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import { exportedZnode, LineError } from './exported-znode.js';
import type { PackedZnode } from './packed-znode.js';
import { type BaseScan, ScannedSource } from './scanned-source.js';
import type { SourceLog } from './source-log.js';

const CHUNK_BYTES = 1024 * 1024;
/** A znode's data is a megabyte by default, which takes six at most as text. */
const MOST_LINE_BYTES = 64 * 1024 * 1024;
/** The ACL key of what has none. */
const NO_ACL = 0n;
const NEWLINE = 0x0a;
const AS_NDJSON = 'zoolog export --format ndjson';

/** True for a file, gzipped or not, that begins like a json object. */
export function isExportedTree(file: string): boolean {
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  const stream = openOrNull(file);
  if (stream === null) return false;
  try {
    const start = Buffer.alloc(64);
    return /^\s*\{/.test(start.toString('latin1', 0, stream.read(start)));
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  } finally {
    stream.close();
  }
}

function openOrNull(file: string) {
  try {
    return openPlain(file);
  } catch (error) {
    if (error instanceof FormatError || error instanceof InputError) return null;
    throw error;
  }
}

/** The tree in an export. It may be a part of one, without what is above it; it has no zxid and no sessions. */
export class ExportedTree extends ScannedSource {
  readonly isPartial = true;
  readonly #scan: ExportScan;

  constructor(file: string, log: SourceLog) {
    const scan = new ExportScan(file, (problem) => log.report(problem));
    super(scan, scan, { name: file, zxid: null, laterTxns: null }, log, () => {});
    this.#scan = scan;
  }

  /** The numbers of the lines that a path is on, from 1. Reads the file again. */
  linesOf(path: RawText): readonly number[] {
    return this.#scan.linesOf(path);
  }

  sessions(): Session[] {
    return [];
  }
}

class ExportScan implements BaseScan {
  readonly file: string;
  readonly report: OnProblem;
  readonly isDamaged = false;
  #keys = new AclKeys();

  constructor(file: string, report: OnProblem) {
    this.file = file;
    this.report = report;
  }

  /** @throws InputError at a line that is no znode. */
  *records(): Generator<ZnodeRecord> {
    const record = new ZnodeRecord();
    this.#keys = new AclKeys();
    let n = 0;
    for (const { text, offset, length } of lines(this.file)) {
      n++;
      if (text.trim() === '') continue;
      const { path, data, acl, stat } = this.#znode(text, n);
      record.ordinal++;
      fillRecord(record, { path, data, acl: acl === null ? NO_ACL : this.#keys.keyOf(acl), stat });
      record.offset = offset;
      record.length = length;
      yield record;
    }
  }

  znode(
    { path, data, dataLength, acl, stat, offset, length }: PackedZnode,
    numChildren: number | undefined,
  ): Znode {
    const evidence = { file: this.file, offset, length };
    return { path, data, dataLength, acl: this.#list(acl), stat, numChildren, evidence };
  }

  linesOf(path: RawText): readonly number[] {
    const found: number[] = [];
    let n = 0;
    for (const { text } of lines(this.file)) {
      n++;
      if (text.trim() !== '' && this.#znode(text, n).path === path) found.push(n);
    }
    return found;
  }

  #list(key: bigint): readonly ACL[] | null {
    return key === NO_ACL ? null : this.#keys.entries[Number(key) - 1]!.acl;
  }

  #znode(text: string, n: number) {
    try {
      return exportedZnode(text);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      const hint = error.isOther ? `; a tree is read as ndjson, a znode a line: ${AS_NDJSON}` : '';
      throw new InputError(this.file, `line ${n} ${error.message}${hint}`);
    }
  }
}

/** The lines of a file, with their bytes in it. @throws InputError for one that is too long to be a znode. */
function* lines(
  file: string,
): Generator<{ readonly text: string; readonly offset: number; readonly length: number }> {
  const stream = openPlain(file);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let held: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let got = stream.read(chunk); got > 0; got = stream.read(chunk)) {
      const bytes = Buffer.concat([held, chunk.subarray(0, got)]);
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE, held.length); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
        yield { text: bytes.toString('utf8', from, at), offset: offset + from, length: at + 1 - from };
        from = at + 1;
      }
      held = bytes.subarray(from);
      offset += from;
      if (held.length > MOST_LINE_BYTES) {
        throw new InputError(file, `has a line of more than ${MOST_LINE_BYTES} bytes at byte ${offset}`);
      }
    }
    if (held.length > 0) yield { text: held.toString('utf8'), offset, length: held.length };
  } finally {
    stream.close();
  }
}
