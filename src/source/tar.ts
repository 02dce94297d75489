// An archive of servers' directories, unpacked into a private folder: only what zoolog reads, as plain files.
import { closeSync, futimesSync, mkdirSync, openSync, statfsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import type * as Tar from 'tar';
import { openPlain } from '../container/open-plain.js';
import type { PlainStream } from '../container/plain-stream.js';
import { parseFileName } from '../datadir/file-name.js';
import { FormatError, InputError } from '../errors.js';
import type { SourceOptions } from './source-options.js';
import { makeTempFolder, type TempFolder } from './temp-folder.js';

/** An archive that is unpacked. */
export interface Unpacked {
  readonly folder: string;
  /** What a file in the folder is called: `backup.tar:zk1/version-2/log.1`. */
  shown(file: string): string;
  remove(): void;
}

/** What an archive may cost. */
export interface TarLimits {
  /** Bytes unpacked. */
  readonly bytes: number;
  readonly entries: number;
}

const LIMITS: TarLimits = { bytes: 64 * 1024 ** 3, entries: 100_000 };
const BLOCK = 512;
const OTHER_NAMES = /^(myid|.*\.cfg(\.dynamic(\.[0-9a-f]+)?)?|(current|accepted)Epoch(\.tmp)?)$/;
const REGULAR: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);

/** True for a tar archive, also a compressed one. @throws InputError where the file cannot be read. */
export function isTar(file: string): boolean {
  let stream: PlainStream;
  try {
    stream = openPlain(file);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
  try {
    const block = Buffer.alloc(BLOCK);
    let length = 0;
    for (let read = -1; read !== 0 && length < BLOCK; length += read) {
      read = stream.read(block.subarray(length));
    }
    return length === BLOCK && isHeader(block);
  } catch {
    return false;
  } finally {
    stream.close();
  }
}

// A header holds the sum of its own bytes, as octal digits, which count as spaces in it. Most have a magic too; the
// oldest kind of archive has none.
function isHeader(block: Buffer): boolean {
  if (block.toString('latin1', 257, 262) === 'ustar') return true;
  const sum = Number.parseInt(block.toString('latin1', 148, 156), 8);
  let bytes = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) bytes += block[i]!;
  return sum === bytes;
}

/**
 * Unpacks what zoolog reads of an archive: snapshots, logs, myid, epoch files, zoo.cfg and its dynamic files, by their
 * names. Links, absolute names and names with `..` are left out.
 * @throws InputError where the archive is damaged, larger than the limits or than the disk.
 */
export function unpackTar(file: string, options: SourceOptions, limits: TarLimits = LIMITS): Unpacked {
  const folder = makeTempFolder();
  const unpacking = new Unpacking(file, folder, limits);
  const stream = openPlain(file);
  try {
    unpacking.read(stream, options);
  } catch (error) {
    folder.remove();
    if (error instanceof FormatError) throw damaged(file, `${error.expected} expected, ${error.found} found`);
    throw error;
  } finally {
    stream.close();
  }
  if (unpacking.leftOut > 0) {
    options.onNote(`${file}: ${unpacking.leftOut} links, or files with absolute names or "..", left out`);
  }
  return {
    folder: folder.path,
    shown: (path) => (path.startsWith(folder.path) ? `${file}:${path.slice(folder.path.length + 1)}` : path),
    remove: () => folder.remove(),
  };
}

class Unpacking {
  /** Files that would have been taken, but for what they are or how they are named. */
  leftOut = 0;
  readonly #file: string;
  readonly #folder: string;
  readonly #limits: TarLimits;
  #entries = 0;
  #bytes = 0;
  #failure: Error | null = null;

  constructor(file: string, folder: TempFolder, limits: TarLimits) {
    this.#file = file;
    this.#folder = folder.path;
    this.#limits = limits;
  }

  read(stream: PlainStream, options: SourceOptions): void {
    // Loaded here since few commands read archives.
    const { Parser } = createRequire(import.meta.url)('tar') as typeof Tar;
    const parser = new Parser({
      filter: (path, entry) => this.#isWanted(path, entry as Tar.ReadEntry),
      onReadEntry: (entry) => this.#write(entry),
      onwarn: (code, message) => this.#fail(code, message),
    });
    let hasEnd = false;
    parser.on('eof', () => {
      hasEnd = true;
    });
    parser.on('error', (error: Error) => this.#fail('TAR_ABORT', error.message));
    parser.on('ignoredEntry', (entry: Tar.ReadEntry) => this.#refuseSparse(entry));
    const chunk = Buffer.alloc(1024 * 1024);
    for (let read = stream.read(chunk); read > 0; read = stream.read(chunk)) {
      // The parser keeps what it has not yet used.
      parser.write(Buffer.from(chunk.subarray(0, read)));
      if (this.#failure !== null) throw this.#failure;
      options.onProgress?.(`unpacking ${this.#file}`, stream.fileBytesRead, stream.fileSize);
    }
    parser.end();
    if (this.#failure !== null) throw this.#failure;
    if (!hasEnd)
      options.onNote(`${this.#file}: ends without the mark that ends an archive; it may be cut short`);
  }

  #isWanted(path: string, entry: Tar.ReadEntry): boolean {
    const name = basename(path);
    if (parseFileName(name) === null && !OTHER_NAMES.test(name)) return false;
    const isPlain = REGULAR.has(entry.type) && !posix.isAbsolute(path) && !path.split('/').includes('..');
    if (!isPlain && entry.type !== 'Directory') this.leftOut++;
    if (isPlain) this.#bytes += entry.size;
    this.#entries++;
    return isPlain && this.#isWithinLimits(entry.size);
  }

  // `tar -S` stores preallocated logs like this, in one of two ways; the parser undoes neither.
  #refuseSparse({ type, path }: Tar.ReadEntry): void {
    if (type === 'SparseFile' || path.includes('GNUSparseFile.')) {
      this.#refuse('holds sparse files; unpack it with tar and name the folder');
    }
  }

  #isWithinLimits(size: number): boolean {
    const { bytes, entries } = this.#limits;
    if (this.#entries > entries) this.#refuse(`holds more than ${entries} files`);
    if (this.#bytes > bytes)
      this.#refuse(`unpacks to more than ${bytes} bytes; unpack it and name the folder`);
    const { bavail, bsize } = statfsSync(this.#folder);
    if (size > bavail * bsize) {
      this.#refuse(
        `does not fit into ${tmpdir()}, ${bavail * bsize} bytes are free; set TMPDIR to another folder`,
      );
    }
    return this.#failure === null;
  }

  #write(entry: Tar.ReadEntry): void {
    this.#refuseSparse(entry);
    const path = join(this.#folder, entry.path);
    let fd = -1;
    this.#attempt(() => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      fd = openSync(path, 'w', 0o600);
    });
    entry.on('data', (bytes: Buffer) => this.#attempt(() => writeFileSync(fd, bytes)));
    entry.on('end', () => {
      const { mtime = new Date(0) } = entry;
      this.#attempt(() => futimesSync(fd, mtime, mtime));
      if (fd >= 0) closeSync(fd);
    });
  }

  #attempt(step: () => void): void {
    if (this.#failure !== null) return;
    try {
      step();
    } catch (error) {
      this.#refuse(`cannot be unpacked: ${(error as Error).message}`);
    }
  }

  #fail(code: string, message: string | Error): void {
    const text = message instanceof Error ? message.message : message;
    // Only a remark, for instance on a pax header.
    if (code !== 'TAR_ENTRY_INFO') this.#failure ??= damaged(this.#file, text);
  }

  #refuse(reason: string): void {
    this.#failure ??= new InputError(this.#file, reason);
  }
}

function damaged(file: string, what: string): InputError {
  return new InputError(file, `the archive is damaged: ${what}`);
}
