// What a server would do with a directory: the one home for it. It starts at some zxid, or stops with an error.
//
// Facts are from ZooKeeper's sources (FileTxnSnapLog.restore, FileSnap, FileTxnLog, QuorumPeer.loadDataBase,
// ZooKeeperServer.loadData) and are proven by starting servers on the same directories (test/interop/boot-*.mjs).
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { findLackingAcl } from './boot-acls.js';
import { readEpochs } from './boot-epochs.js';
import type { BootFiles } from './boot-files.js';
import { type LogsRead, readLogs } from './boot-logs.js';
import { readMode } from './boot-mode.js';
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
 *     simulateBoot(openDataDir('zk1/version-2'), { release: '3.9' }, new BootFiles())
 *
 * @throws UsageError for a release that is not known, InputError where a file cannot be read, FormatError for a
 * record of more than 128 MiB.
 */
export function simulateBoot(dir: DataDir, spec: ServerSpec, files: BootFiles): Boot {
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
    const { release } = this.#settings;
    if (!release.isTested)
      this.#note('release-untested', `${release.text} is not among the releases we start`);
    const { mode, stop } = readMode(this.#dir, wanted, this.#settings, this.#note);
    this.#mode = mode;
    this.#noteFiles();
    const early = stop ?? this.#swapped();
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
    this.#noteSnapshot(snapshot, read);
    return this.#started(snapshot, read.zxid, read.txns);
  }

  // No candidate at all; damaged ones are another matter.
  #startEmpty(): Boot {
    if (this.#seen.logs.length > 0 && this.#has('refusesLogsWithoutSnapshot')) {
      if (this.#has('deletesEmptyLastLog')) this.#dropEmptyLast(this.#seen.logs.at(-1)!);
      if (!this.#settings.trustEmpty) return this.#stopped(this.#noSnapshot());
      if (this.#has('trustEmptyDropsLogs')) {
        const text = `${this.#settings.release.text} begins with an empty tree and leaves all logs out (ZOOKEEPER-3644)`;
        this.#note('logs-dropped', text);
        return this.#started(null, 0n, 0);
      }
    }
    const hasInitialize = this.#dropInitialize();
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

  #swapped(): BootStop | null {
    const { snapDir, logDir } = this.#dir;
    if (snapDir === logDir || !this.#has('checksSwappedDirectories')) return null;
    const stray = (folder: string, start: string) => namesIn(folder).find((name) => name.startsWith(start));
    const snapshot = stray(logDir, 'snapshot.');
    const log = snapshot === undefined ? stray(snapDir, 'log.') : undefined;
    if (snapshot === undefined && log === undefined) return null;
    const isLogDir = snapshot !== undefined;
    return {
      code: 'directories-swapped',
      error: `${isLogDir ? 'Log directory has snapshot files' : 'Snapshot directory has log files'}. Check if dataLogDir and dataDir configuration is correct.`,
      file: isLogDir ? join(logDir, snapshot) : join(snapDir, log!),
      offset: null,
      expected: isLogDir ? 'no snapshot.* in dataLogDir' : 'no log.* in dataDir',
      found: isLogDir ? snapshot : log!,
      why: 'dataDir and dataLogDir were exchanged, or logs were once kept with the snapshots (ZOOKEEPER-2967)',
      todo: 'Check which folder belongs where; then, in a copy, move the files into the folder of their kind.',
    };
  }

  #noSnapshot(): BootStop {
    const unseen = this.#dir.snapshots.find((file) => !this.#seen.snapshots.includes(file));
    const none =
      this.#passedOver.length === 0
        ? 'none'
        : `${this.#passedOver.length} that do not look right from outside`;
    return {
      code: 'snapshot-none',
      error: 'No snapshot found, but there are log entries. Something is broken!',
      file: null,
      offset: null,
      expected: 'a snapshot',
      found: unseen === undefined ? none : `only names it does not see, ${unseen.name}`,
      why:
        unseen === undefined
          ? 'there are logs and no snapshot: the server takes it that the snapshot was lost, even where the logs are empty'
          : `${this.#settings.release.text} does not see compressed snapshots, nor any name of more than two parts`,
      todo:
        unseen === undefined
          ? 'Bring the snapshot. Only where the logs begin with the first txn there ever was (0x1, from 3.4) is -Dzookeeper.snapshot.trust.empty=true safe, from 3.5.7 on.'
          : 'In a copy, decompress the snapshot and take the extension from its name.',
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
    if (file.size > 0) return;
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

  #noteFiles(): void {
    for (const { code, file, found } of this.#dir.problems) {
      if (code === 'file-unreadable') this.#note('not-read', `it is left out here: ${found}`, { file });
    }
    for (const list of [this.#seen.snapshots, this.#seen.logs]) {
      const twin = list.find((file, i) => file.zxid === list[i - 1]?.zxid);
      if (twin === undefined) continue;
      const text = `several files have the number ${formatZxid(twin.zxid)}; which one is read first is left to the file system`;
      this.#note('same-number', text, { file: twin.path });
    }
    const purge = Number(this.#dir.config?.['autopurge.purgeInterval'] ?? 0);
    if (purge > 0)
      this.#note('autopurge', 'autopurge is on: old snapshots and logs are deleted at the start');
  }

  #noteSnapshot(snapshot: DataFile, { zxid, txns }: LogsRead): void {
    const { end, lackingAcls, firstLackingAcl, oddPath, ttls, containers } = this.#files.snapshot(snapshot);
    const { release, extendedTypes } = this.#settings;
    const at = (offset: number | null) => ({ file: snapshot.path, offset });
    if (end !== null && end.zxid > zxid) {
      const text = `the snapshot holds effects of txns up to ${formatZxid(end.zxid)}, and the logs end at ${formatZxid(zxid)}: the tree is one that never was`;
      this.#note('fuzzy-end', text, at(null));
    }
    if (end !== null && end.zxid > snapshot.zxid && txns > 0 && !this.#has('raisesOnlyLargerCversion')) {
      const text = `the snapshot was written while txns ran; ${release.text} can end with another cversion or pzxid of a parent than the servers had`;
      this.#note('fuzzy-replay', text, at(null));
    }
    if (lackingAcls > 0) {
      const text = `${lackingAcls} znodes have an ACL that the snapshot lacks; where the logs do not mend them clients get errors`;
      this.#note('acl-lacking', text, at(firstLackingAcl));
    }
    if (oddPath !== null) this.#note('znode-path', 'a path stands there that no server writes', at(oddPath));
    if (ttls > 0 && !extendedTypes) {
      const text = `${ttls} TTL znodes of the snapshot are deleted at the start, for extendedTypesEnabled is not set`;
      this.#note('ttl-deleted', text, at(null));
    }
    if (containers > 0 && !this.#has('knowsContainers')) {
      const text = `${containers} containers of the snapshot are deleted at the start, and what is below them cannot be reached any more`;
      this.#note('containers-deleted', text, at(null));
    }
  }

  #has(trait: Parameters<typeof hasTrait>[1]): boolean {
    return hasTrait(this.#settings.release, trait);
  }
}

const LEADER_ONLY =
  'a member deletes the ephemerals of dead sessions, and (but for 3.4.6 and later of 3.4) writes a snapshot, only when it begins to lead; a follower takes what its leader sends';

function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}
