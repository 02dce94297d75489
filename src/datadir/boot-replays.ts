// Replays of the logs as servers do them, the last two kept: releases that read and apply them alike share one.
import { type ReplayRules, TRUE_RULES } from '../tree/apply-txn.js';
import { snapshotBase } from '../tree/base-tree.js';
import { Replay } from '../tree/replay.js';
import type { BootFiles } from './boot-files.js';
import type { Booted } from './boot-outcome.js';
import { serverTxns } from './boot-txns.js';
import type { DataDir } from './data-dir.js';
import { hasTrait, parseRelease, TESTED } from './release.js';
import { seenFiles } from './seen-files.js';
import type { ServerSettings } from './server-settings.js';

const KEPT = 2;

/** Replays of one directory; a replay is finished, and as large as what its txns touch. */
export class BootReplays {
  readonly #dir: DataDir;
  readonly #files: BootFiles;
  /** The one that was used last comes last. */
  #kept: { readonly key: string; readonly replay: Replay }[] = [];

  constructor(dir: DataDir, files: BootFiles) {
    this.#dir = dir;
    this.#files = files;
  }

  /** As the server itself does it. */
  own(boot: Booted): Replay {
    const { settings, notes } = boot;
    const leavesOut = notes.some(({ code }) => code === 'multi-part-unread');
    return this.#of(boot, settings, rulesOf(settings), leavesOut ? settings.release.text : '');
  }

  /** As 3.6 and later do it, who leave nothing out: of the logs that the server reads. */
  right(boot: Booted): Replay {
    const release = parseRelease(TESTED.at(-1)!);
    return this.#of(boot, { ...boot.settings, release, readsCloseSessionLists: true }, TRUE_RULES, '');
  }

  #of(boot: Booted, reading: ServerSettings, rules: ReplayRules, leftOut: string): Replay {
    const { snapshot, settings, txns, zxid } = boot;
    const { logs } = seenFiles(this.#dir, settings.release);
    const files = [snapshot?.path, ...logs.map(({ path }) => path)];
    const ways = [reading.readsCloseSessionLists, rules.createRaises, rules.deleteRaises, leftOut];
    const key = JSON.stringify([files, txns, `${zxid}`, ways]);
    const known = this.#kept.find((one) => one.key === key);
    const others = this.#kept.filter((one) => one !== known);
    this.#kept = known === undefined ? others.slice(1 - KEPT) : others;
    const replay = known?.replay ?? this.#replay(boot, reading, rules);
    this.#kept.push({ key, replay });
    return replay;
  }

  #replay({ snapshot, settings, txns }: Booted, reading: ServerSettings, rules: ReplayRules): Replay {
    const zxid = snapshot?.zxid ?? 0n;
    const { logs } = seenFiles(this.#dir, settings.release);
    // Without data nothing is replayed, and neither by a server that leaves its logs out.
    const replays = txns > 0;
    const replay = new Replay({
      base: snapshot === null ? null : snapshotBase(snapshot.path, zxid),
      txns: () => (replays ? serverTxns(logs, zxid, reading, this.#files) : []),
      data: false,
      digests: false,
      rules,
    });
    replay.finish();
    return replay;
  }
}

function rulesOf({ release }: ServerSettings): ReplayRules {
  return {
    createRaises: hasTrait(release, 'raisesOnlyLargerCversion'),
    deleteRaises: hasTrait(release, 'deleteRaisesPzxid'),
  };
}
