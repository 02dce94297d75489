// One server's directory: what lies in it, by name and first bytes. Nothing is read whole here.
//
//   <dataDir>/myid · <dataDir>/version-2/{snapshot.*,currentEpoch,acceptedEpoch} · <dataLogDir>/version-2/log.*
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inputError } from '../container/file-bytes.js';
import type { Codec } from '../container/plain-stream.js';
import { InputError } from '../errors.js';
import { type Problem, type ProblemCode, problem } from '../problems.js';
import { codecOfExtension, type FileName, parseFileName } from './file-name.js';
import { type Content, identify } from './identify.js';
import { smallText } from './small-text.js';
import { directoriesOf, readZooCfg, type ZooCfg } from './zoo-cfg.js';

/** A snapshot or log in a data directory. */
export interface DataFile extends FileName {
  /** Path as it can be opened. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** Bytes on disk. */
  readonly size: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly mtimeMs: number;
  readonly codec: Codec;
  readonly content: Content;
}

/** A number file beside the snapshots of a quorum member. */
export interface EpochFile {
  readonly path: string;
  readonly name: 'currentEpoch' | 'acceptedEpoch' | 'currentEpoch.tmp' | 'acceptedEpoch.tmp';
  /** Null where the file holds no number. */
  readonly epoch: bigint | null;
}

/** One server's directory. */
export interface DataDir {
  /** As it was named. */
  readonly path: string;
  /** The folder that holds the snapshots, usually named version-2. */
  readonly snapDir: string;
  /** The folder that holds the logs, usually the same. */
  readonly logDir: string;
  /** By zxid, oldest first. */
  readonly snapshots: readonly DataFile[];
  /** By zxid, oldest first. */
  readonly logs: readonly DataFile[];
  readonly epochs: readonly EpochFile[];
  /** First line of myid, null without one. */
  readonly myid: string | null;
  readonly config: ZooCfg | null;
  /** The zoo.cfg that `config` was read from. */
  readonly configFile: string | null;
  /** Names in the folders that are none of these. */
  readonly others: readonly string[];
  /** What is wrong with names and first bytes. */
  readonly problems: readonly Problem[];
}

export interface DataDirOptions {
  /** dataLogDir or its version-2; default: that of a zoo.cfg named as the directory, else the snapshots'. */
  readonly logDir?: string | undefined;
}

/**
 * Opens a server's directory, named as its dataDir, its version-2, or a zoo.cfg.
 * @throws InputError where there is none: no such directory, or neither snapshots nor logs in it.
 */
export function openDataDir(path: string, options: DataDirOptions = {}): DataDir {
  const place = locate(path, options);
  if (place === null)
    throw new InputError(path, 'no ZooKeeper data here: neither snapshot.* nor log.* files');
  const { snapDir, logDir, config, configFile } = place;
  const problems: Problem[] = [];
  const folders = [...new Set([snapDir, logDir])];
  const files = folders.flatMap((folder) => listFiles(folder, problems));
  const byZxid = (a: DataFile, b: DataFile) =>
    a.zxid < b.zxid ? -1 : a.zxid > b.zxid ? 1 : a.name < b.name ? -1 : 1;
  const epochs = listEpochs(snapDir, problems);
  const known = new Set([...files.map((file) => file.name), ...epochs.map((file) => file.name)]);
  return {
    path,
    snapDir,
    logDir,
    snapshots: files.filter((file) => file.kind === 'snapshot').sort(byZxid),
    logs: files.filter((file) => file.kind === 'log').sort(byZxid),
    epochs,
    myid: readMyid(snapDir),
    config,
    configFile,
    others: folders.flatMap((folder) => names(folder)).filter((name) => !known.has(name)),
    problems,
  };
}

/** True where `openDataDir` would find a server's directory. */
export function isDataDir(path: string, options: DataDirOptions = {}): boolean {
  return locate(path, options) !== null;
}

interface Located {
  snapDir: string;
  logDir: string;
  config: ZooCfg | null;
  configFile: string | null;
}

function locate(path: string, options: DataDirOptions): Located | null {
  if (!statOf(path).isDirectory()) return locateByConfig(path, options);
  const snapDir = dataFolder(path);
  const logDir = options.logDir === undefined ? snapDir : dataFolder(options.logDir);
  if (snapDir === null && logDir === null) return null;
  const configFile = [join(path, 'zoo.cfg'), join(path, '..', 'zoo.cfg')].find((file) => existsSync(file));
  const config = configFile === undefined ? null : configBeside(configFile);
  return {
    snapDir: snapDir ?? logDir!,
    logDir: logDir ?? snapDir!,
    config,
    configFile: config === null ? null : configFile!,
  };
}

/** A zoo.cfg that nobody named: where it is none, the data is there all the same. */
function configBeside(file: string): ZooCfg | null {
  try {
    return readZooCfg(file);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function locateByConfig(file: string, options: DataDirOptions): Located | null {
  if (!/\.(cfg|conf|properties)$/.test(file)) return null;
  const config = readZooCfg(file);
  const { dataDir, logDir } = directoriesOf(file, config);
  if (dataDir === null) throw new InputError(file, 'names no dataDir; name the directory itself');
  if (!existsSync(dataDir))
    throw new InputError(file, `its dataDir ${dataDir} does not exist here; name the copy of it`);
  const wanted = options.logDir ?? logDir ?? undefined;
  const place = locate(dataDir, { logDir: wanted !== undefined && existsSync(wanted) ? wanted : undefined });
  return place === null ? null : { ...place, config, configFile: file };
}

/** The folder with the files: `path` itself or its version-2; null where neither has any. */
function dataFolder(path: string): string | null {
  const inner = join(path, 'version-2');
  if (existsSync(inner) && statOf(inner).isDirectory()) return inner;
  const isIt = basename(path) === 'version-2' || names(path).some((name) => parseFileName(name) !== null);
  return isIt ? path : null;
}

function listFiles(folder: string, problems: Problem[]): DataFile[] {
  const files: DataFile[] = [];
  for (const name of names(folder)) {
    const parsed = parseFileName(name);
    if (parsed === null) continue;
    const path = join(folder, name);
    try {
      const stat = statOf(path);
      if (!stat.isFile()) continue;
      const file = { ...parsed, path, name, size: stat.size, mtimeMs: stat.mtimeMs, ...identify(path) };
      files.push(file);
      problems.push(...nameProblems(file));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(
        problem('file-unreadable', { file: path, offset: 0, expected: 'a file', found: error.reason }),
      );
    }
  }
  return files;
}

function nameProblems(file: DataFile): Problem[] {
  const found = (code: ProblemCode, expected: string, what: string) => [
    problem(code, { file: file.path, offset: 0, expected, found: what }),
  ];
  if (file.content === 'empty') return found('file-empty', `a ${file.kind}`, 'no bytes');
  if (file.content === 'version-1') return found('file-version-1', 'format version 2', 'format version 1');
  if (file.content === 'unknown') return found('file-foreign', `a ${file.kind}`, 'neither ZKSN nor ZKLG');
  if (file.content !== file.kind) return found('file-swapped', `a ${file.kind}`, `a ${file.content}`);
  const named = codecOfExtension(file.extension);
  if (named !== file.codec) return found('name-codec', `${named}, as the name says`, file.codec);
  return [];
}

const EPOCH_NAMES = ['currentEpoch', 'acceptedEpoch', 'currentEpoch.tmp', 'acceptedEpoch.tmp'] as const;

function listEpochs(folder: string, problems: Problem[]): EpochFile[] {
  const epochs: EpochFile[] = [];
  for (const name of EPOCH_NAMES) {
    const path = join(folder, name);
    const text = firstLine(path);
    if (text === null) continue;
    const epoch = /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
    epochs.push({ path, name, epoch });
    if (epoch === null) {
      problems.push(
        problem('epoch-unreadable', {
          file: path,
          offset: 0,
          expected: 'a decimal number',
          found: JSON.stringify(text.slice(0, 40)),
        }),
      );
    }
  }
  return epochs;
}

function readMyid(snapDir: string): string | null {
  const beside = basename(snapDir) === 'version-2' ? join(dirname(snapDir), 'myid') : join(snapDir, 'myid');
  return firstLine(beside);
}

/** First line of a small text file without spaces around it; null where there is no such file. */
function firstLine(path: string): string | null {
  try {
    return (smallText(path, 4096)?.split('\n')[0] ?? '').trim();
  } catch {
    return null;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw inputError(folder, cause);
  }
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (cause) {
    throw inputError(path, cause);
  }
}
