// What a server would do with a directory: the one home for it. It starts at some zxid, or stops with an error.
//
// Facts are from ZooKeeper's sources (FileTxnSnapLog.restore, FileSnap, FileTxnLog, QuorumPeer.loadDataBase,
// ZooKeeperServer.loadData) and are proven by starting servers on the same directories (test/interop/boot-*.mjs).
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { findLackingAcl } from './boot-acls.js';
import { readEpochs } from './boot-epochs.js';
import { BootFiles } from './boot-files.js';
import { noSnapshotStop, swappedStop } from './boot-folders.js';
import { type LogsRead, readLogs } from './boot-logs.js';
import { readMode } from './boot-mode.js';
import { LEADER_ONLY, noteFiles, noteSnapshot } from './boot-notes.js';
import type {
  AddNote,
  Boot,
  BootChange,
  Booted,
  BootNote,
  BootStop,
  PassedOver,
  ReadLog,
} from './boot-outcome.js';
import { chooseSnapshot } from './boot-snapshots.js';
import { serverTxns } from './boot-txns.js';
import type { DataDir, DataFile } from './data-dir.js';
import { hasTrait } from './release.js';
import { type SeenFiles, seenFiles } from './seen-files.js';
import { type ServerMode, type ServerSettings, type ServerSpec, settingsOf } from './server-settings.js';

/**
 * Says what comes of starting a server on a directory. Nothing is written. Files are read once, in constant memory;
 * `files` remembers what was found in them, for the same directory and other servers.
 *
 *     simulateBoot(openDataDir('zk1/version-2'), { release: '3.9' })
 *
 * @throws UsageError for a release that is not known, InputError where a file cannot be read, FormatError where a log
 * has a record of more than 128 MiB or zxids that no server wrote.
 */
export function simulateBoot(dir: DataDir, spec: ServerSpec, files: BootFiles = new BootFiles()): Boot {
  return new BootRun(dir, settingsOf(spec, dir), files).run(spec.mode);
}

class BootRun {
  readonly #dir: DataDir;
  readonly #settings: ServerSettings;
  readonly #files: BootFiles;
  readonly #seen: SeenFiles;
  readonly #notes: BootNote[] = [];
  readonly #changes: BootChange[] = [];
  #mode: ServerMode = 'standalone';
  #passedOver: readonly PassedOver[] = [];
  #logsRead: readonly ReadLog[] = [];
  readonly #note: AddNote = (code, text, place) => {
    this.#notes.push({ code, text, file: place?.file ?? null, offset: place?.offset ?? null });
  };

  constructor(dir: DataDir, settings: ServerSettings, files: BootFiles) {
    this.#dir = dir;
    this.#settings = settings;
    this.#files = files;
    this.#seen = seenFiles(dir, settings.release);
  }

  run(wanted: ServerMode | undefined): Boot {
    const { mode, stop } = readMode(this.#dir, wanted, this.#settings, this.#note);
    this.#mode = mode;
    noteFiles(this.#dir, this.#seen, this.#settings, this.#note);
    const early = stop ?? swappedStop(this.#dir, this.#settings);
    if (early !== null) return this.#stopped(early);
    const choice = chooseSnapshot(this.#seen.snapshots, this.#settings, (file) => this.#files.snapshot(file));
    this.#passedOver = choice.passedOver;
    if (choice.stop !== null) return this.#stopped(choice.stop);
    return choice.snapshot === null ? this.#startEmpty() : this.#startFrom(choice.snapshot);
  }

  #startFrom(snapshot: DataFile): Boot {
    const facts = this.#files.snapshot(snapshot);
    this.#dropInitialize();
    const read = this.#readLogs(snapshot.zxid);
    const lacking =
      facts.lackingAcls > 0 && this.#has('readsAclsInReplay') ? this.#findLackingAcl(snapshot) : null;
    const stop = this.#first(read.stop, lacking);
    if (stop !== null) return this.#stopped(stop);
    noteSnapshot(snapshot, facts, read, this.#settings, this.#note);
    return this.#started(snapshot, read.zxid, read.txns);
  }

  // No candidate at all; damaged ones are another matter.
  #startEmpty(): Boot {
    const hasInitialize = this.#dropInitialize();
    if (this.#seen.logs.length > 0 && this.#has('refusesLogsWithoutSnapshot')) {
      if (this.#has('deletesEmptyLastLog')) this.#dropEmptyLast(this.#seen.logs.at(-1)!);
      if (!this.#settings.trustEmpty)
        return this.#stopped(noSnapshotStop(this.#dir, this.#seen, this.#passedOver, this.#settings));
      if (this.#has('trustEmptyDropsLogs')) {
        const text = `${this.#settings.release.text} begins with an empty tree and leaves all logs out (ZOOKEEPER-3644)`;
        this.#note('logs-dropped', text);
        return this.#started(null, 0n, 0);
      }
    }
    if (this.#seen.logs.length > 0) {
      const read = this.#readLogs(0n);
      if (read.stop !== null) return this.#stopped(read.stop);
      return this.#started(null, read.zxid, read.txns);
    }
    const mayBeEmpty = !this.#has('asksBeforeEmptyTree') || hasInitialize || this.#settings.dbAutocreate;
    if (mayBeEmpty && this.#has('refusesLogsWithoutSnapshot')) {
      this.#write('snapshot.0', 'the empty tree');
    }
    return this.#started(null, mayBeEmpty ? 0n : -1n, 0);
  }

  #findLackingAcl(snapshot: DataFile): BootStop | null {
    const txns = serverTxns(this.#seen.logs, snapshot.zxid, this.#settings, this.#files);
    return findLackingAcl(snapshot, txns, this.#settings, this.#mode);
  }

  /** The one that a server comes to first. What is no place in a log comes last. */
  #first(a: BootStop | null, b: BootStop | null): BootStop | null {
    if (a === null || b === null) return a ?? b;
    const fileOf = ({ file }: BootStop) => {
      const index = this.#seen.logs.findIndex(({ path }) => path === file);
      return index === -1 ? this.#seen.logs.length : index;
    };
    const order = fileOf(a) - fileOf(b) || (a.offset ?? 0) - (b.offset ?? 0);
    return order <= 0 ? a : b;
  }

  #readLogs(snapshotZxid: Zxid): LogsRead {
    const read = readLogs(
      this.#seen.logs,
      snapshotZxid,
      this.#settings,
      (file) => this.#files.log(file),
      this.#note,
    );
    this.#logsRead = read.logs;
    for (const file of read.deleted) this.#dropEmptyLast(file);
    return read;
  }

  #started(snapshot: DataFile | null, zxid: Zxid, txns: number): Boot {
    if (this.#mode === 'quorum') {
      const { stop, changes } = readEpochs(this.#dir.snapDir, zxid, this.#settings, this.#note);
      this.#changes.push(...changes);
      if (stop !== null) return this.#stopped(stop);
      this.#note('leader-only', LEADER_ONLY);
    } else if (!this.#has('leavesSnapshotsAtBoot')) {
      const name = `snapshot.${formatZxid(zxid).slice(2)}${this.#settings.extension}`;
      this.#write(name, 'every start ends with a snapshot');
    }
    return { boots: true, snapshot, zxid, txns, ...this.#common() } satisfies Booted;
  }

  #stopped(stop: BootStop): Boot {
    return { boots: false, ...stop, ...this.#common() };
  }

  #common() {
    return {
      settings: this.#settings,
      mode: this.#mode,
      passedOver: this.#passedOver,
      ignored: this.#seen.ignored,
      logs: this.#logsRead,
      changes: this.#changes,
      notes: this.#notes,
    };
  }

  /** `initialize` lies beside the log folder, and goes at every start. */
  #dropInitialize(): boolean {
    const file = join(dirname(this.#dir.logDir), 'initialize');
    if (!this.#has('asksBeforeEmptyTree') || !existsSync(file)) return false;
    this.#changes.push({ file, change: 'delete', why: 'it allows to begin with an empty tree, once' });
    return true;
  }

  #dropEmptyLast(file: DataFile): void {
    if (file.size > 0 || this.#changes.some((change) => change.file === file.path)) return;
    this.#changes.push({
      file: file.path,
      change: 'delete',
      why: 'the last log, and empty (ZOOKEEPER-2332)',
    });
  }

  #write(name: string, why: string): void {
    const file = join(this.#dir.snapDir, name);
    if (this.#changes.some((change) => change.file === file)) return;
    this.#changes.push({ file, change: existsSync(file) ? 'rewrite' : 'write', why });
  }

  #has(trait: Parameters<typeof hasTrait>[1]): boolean {
    return hasTrait(this.#settings.release, trait);
  }
}
