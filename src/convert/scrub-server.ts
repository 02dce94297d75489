// One server's directory, scrubbed: its snapshots and logs, its epochs and myid, and who is in its ensemble.
import { basename } from 'node:path';
import type { OutputFolder } from '../container/output-folder.js';
import { plainSink } from '../container/plain-sink.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { ensembleFiles } from '../datadir/ensemble-config.js';
import { FormatError } from '../errors.js';
import { bytesOf, type RawText } from '../jute/raw-text.js';
import { type OnProblem, problemOf } from '../problems.js';
import type { SourceLog } from '../source/source-log.js';
import type { DigestTable } from './digest-table.js';
import { scrubLog } from './scrub-log.js';
import { type ScrubbedFile, scrubSnapshot } from './scrub-snapshot.js';
import type { Scrubber } from './scrubber.js';

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
  /** How many files were left out, as they are neither snapshots nor logs. */
  readonly leftOut: number;
}

/** Parts of a name behind the zxid that say nothing of anybody. */
const PLAIN_PARTS = /^(?:gz|snappy|bak|old|orig|tmp|copy|\d{1,3})$/i;
const NUMBER_OR_SWITCH = /^\s*(?:-?\d+|true|false|yes|no)\s*$/i;
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
  const copy = new Copy(output, prefix === '' ? '' : `${prefix}/`);
  const files: FileCopy[] = [];
  for (const found of dir.problems) log.report(found);
  for (const file of [...dir.snapshots, ...dir.logs]) {
    const made = fileCopy(file, copy, scrubber, digests, log.report);
    if (made !== null) files.push(made);
  }
  for (const { name, epoch } of dir.epochs) if (epoch !== null) copy.text(`version-2/${name}`, `${epoch}`);
  if (dir.myid !== null && /^\d{1,19}$/.test(dir.myid)) copy.text('myid', `${dir.myid}\n`);
  configuration(dir, copy, scrubber);
  const leftOut = dir.snapshots.length + dir.logs.length - files.length;
  return { folder: prefix, files, others: copy.others, leftOut };
}

function fileCopy(
  { path, name, kind, extension, content, codec }: DataFile,
  copy: Copy,
  scrubber: Scrubber,
  digests: DigestTable,
  onProblem: OnProblem,
): FileCopy | null {
  const target = `version-2/${copyName(name, extension, scrubber)}`;
  if (content === 'empty') {
    return { kind, ...copy.file(target, () => NOTHING) };
  }
  if (content !== kind) return null;
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
