// One server's directory, scrubbed: its snapshots and logs, its epochs and myid, and who is in its ensemble.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FileBytes } from '../container/file-bytes.js';
import type { OutputFolder } from '../container/output-folder.js';
import { plainSink } from '../container/plain-sink.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { ensembleFiles } from '../datadir/ensemble-config.js';
import type { Content } from '../datadir/identify.js';
import { smallText } from '../datadir/small-text.js';
import { FormatError, InputError } from '../errors.js';
import { bytesOf, type RawText } from '../jute/raw-text.js';
import { type OnProblem, problemOf } from '../problems.js';
import { SEAL_MARK } from '../snapshot/seal.js';
import type { SourceLog } from '../source/source-log.js';
import type { DigestTable } from './digest-table.js';
import { scrubLog } from './scrub-log.js';
import { endsWithMark, type ScrubbedFile, scrubSnapshot } from './scrub-snapshot.js';
import { type Scrubber, unreadable } from './scrubber.js';

interface WrittenCopy {
  /** In the output, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Null in a dry run. */
  readonly sha256: string | null;
}

/** A file of the copy. */
export interface FileCopy extends WrittenCopy, ScrubbedFile {
  readonly kind: 'snapshot' | 'log';
}

/** A server of the copy. */
export interface ServerCopy {
  /** Its folder in the output; "" for the output itself. */
  readonly folder: string;
  readonly files: readonly FileCopy[];
  /** Other files: epochs, myid, configuration. */
  readonly others: readonly string[];
}

/** Parts of a name behind the zxid that say nothing of anybody. */
const PLAIN_PARTS = /^(?:gz|snappy|bak|old|orig|tmp|copy|\d{1,3})$/i;
const NUMBER_OR_SWITCH = /^\s*(?:-?\d+|true|false|yes|no)\s*$/i;
/** What takes the place of a text that should be a number. */
const NO_NUMBER = 'x';
/** Empty files that mean something to servers: to 3.4 beside its snapshots, to 3.6 and later beside version-2. */
const MARKER_OF_34 = 'updatingEpoch';
const INITIALIZE = 'initialize';
const CONFIG_NAME = 'zoo.cfg';
const NOTHING: ScrubbedFile = { records: 0, digests: 0, digestsLeftOut: 0, isWhole: false };

/** Writes the copy of a server to `folder`, below `prefix`; in a dry run, with null, nothing is written. */
export function scrubServer(
  dir: DataDir,
  scrubber: Scrubber,
  digests: DigestTable,
  output: OutputFolder | null,
  prefix: string,
  log: SourceLog,
): ServerCopy {
  if (dir.snapshots.length + dir.logs.length === 0) {
    throw new InputError(dir.path, 'there is nothing to copy: neither snapshots nor logs');
  }
  const copy = new Copy(output, prefix === '' ? '' : `${prefix}/`);
  const files: FileCopy[] = [];
  for (const found of dir.problems) log.report(found);
  for (const file of [...dir.snapshots, ...dir.logs]) {
    files.push(fileCopy(file, copy, scrubber, digests, log.report));
  }
  for (const { name, path } of dir.epochs) copy.text(`version-2/${name}`, numberText(path));
  for (const name of dir.others) if (name === MARKER_OF_34) copy.text(`version-2/${name}`, '');
  if (existsSync(join(dirname(dir.logDir), INITIALIZE))) copy.text(INITIALIZE, '');
  if (dir.myid !== null) copy.text('myid', /^[\d\s+-]*$/.test(dir.myid) ? `${dir.myid}\n` : NO_NUMBER);
  configuration(dir, copy, scrubber);
  return { folder: prefix, files, others: copy.others };
}

function fileCopy(
  { path, name, kind, extension, content, codec }: DataFile,
  copy: Copy,
  scrubber: Scrubber,
  digests: DigestTable,
  onProblem: OnProblem,
): FileCopy {
  const target = `version-2/${copyName(name, extension, scrubber)}`;
  if (content === 'empty') {
    return { kind, ...copy.file(target, () => NOTHING) };
  }
  if (content !== kind) return { kind, ...copy.file(target, (write) => standIn(path, content, write)) };
  const scrub = kind === 'snapshot' ? scrubSnapshot : scrubLog;
  const made = copy.file(target, (write) => {
    try {
      return scrub(path, scrubber, digests, plainSink(codec, write), onProblem);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // It ends within its header, and so does the copy.
      onProblem(problemOf(error));
      write(Buffer.from(kind === 'snapshot' ? 'ZKSN' : 'ZKLG'));
      return NOTHING;
    }
  });
  return { kind, ...made };
}

/** What takes the place of a file that is not what its name says: as little of that. */
function standIn(path: string, content: Content, write: (bytes: Uint8Array) => void): ScrubbedFile {
  const start = Buffer.alloc(16);
  const bytes = new FileBytes(path);
  bytes.readAt(start, 0);
  bytes.close();
  const magic = content === 'snapshot' ? 'ZKSN' : content === 'log' ? 'ZKLG' : '';
  const head = start.every((byte) => byte === 0) ? start : unreadable(start.length);
  head.write(magic, 'latin1');
  write(head);
  if (endsWithMark(path)) write(Buffer.from(SEAL_MARK, 'hex'));
  return NOTHING;
}

/** What stands in a file for a number, where nothing else stands there. */
function numberText(file: string): string {
  const lines = (smallText(file, 4096) ?? NO_NUMBER).split('\n');
  return lines.map((line) => (/^[\d\s+-]*$/.test(line) ? line : NO_NUMBER)).join('\n');
}

function copyName(name: string, extension: string | null, scrubber: Scrubber): string {
  if (extension === null) return name;
  const parts = extension.split('.').map((part) => (PLAIN_PARTS.test(part) ? part : scrubber.server(part)));
  return [...name.split('.').slice(0, 2), ...parts].join('.');
}

/** Who votes, and settings that are numbers or switches. */
function configuration(dir: DataDir, copy: Copy, scrubber: Scrubber): void {
  if (dir.config === null || dir.configFile === null) return;
  const lines: string[] = ['dataDir=.'];
  for (const [key, value] of Object.entries(dir.config)) {
    if (/^[\w.]+$/.test(key) && NUMBER_OR_SWITCH.test(value)) lines.push(`${key}=${value.trim()}`);
  }
  const named = /\.([0-9a-f]{1,16})$/i.exec(dir.config.dynamicConfigFile?.trim() ?? '');
  if (dir.config.dynamicConfigFile !== undefined) {
    lines.push(`dynamicConfigFile=${dynamicName(named?.[1])}`);
  }
  for (const { file, text } of ensembleFiles(dir)) {
    const scrubbed = scrubber.config(bytesOf(text as RawText).toString('latin1') as RawText);
    if (basename(file) === basename(dir.configFile)) lines.push(...scrubbed.split('\n'));
    else copy.text(dynamicName(/^version=([0-9a-f]+)$/im.exec(text)?.[1]), scrubbed);
  }
  copy.text(CONFIG_NAME, `${[...new Set(lines)].join('\n')}\n`);
}

function dynamicName(version: string | undefined): string {
  return version === undefined ? `${CONFIG_NAME}.dynamic` : `${CONFIG_NAME}.dynamic.${version}`;
}

/** Files of the output, or what they would be. */
class Copy {
  readonly others: string[] = [];
  readonly #output: OutputFolder | null;
  readonly #prefix: string;
  readonly #taken = new Set<string>();

  constructor(output: OutputFolder | null, prefix: string) {
    this.#output = output;
    this.#prefix = prefix;
  }

  file<T>(name: string, make: (write: (bytes: Uint8Array) => void) => T): WrittenCopy & T {
    const path = this.#prefix + this.#free(name);
    const file = this.#output?.file(path);
    let bytes = 0;
    const made = make((chunk) => {
      bytes += chunk.length;
      file?.write(chunk);
    });
    return { ...made, ...(file?.end() ?? { path, bytes, sha256: null }) };
  }

  text(name: string, text: string): void {
    const path = this.#prefix + this.#free(name);
    this.others.push(path);
    const file = this.#output?.file(path);
    file?.write(Buffer.from(text));
    file?.end();
  }

  /** A name that nothing in the folder has. */
  #free(name: string): string {
    let free = name;
    for (let n = 2; this.#taken.has(free); n++) free = `${name}.${n}`;
    this.#taken.add(free);
    return free;
  }
}
