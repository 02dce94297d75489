// The epoch files of a quorum member against the zxid that it has loaded (QuorumPeer.loadDataBase).
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { AddNote, BootChange, BootStop } from './boot-outcome.js';
import { hasTrait } from './release.js';
import type { ServerSettings } from './server-settings.js';
import { firstLineOf, parseLong } from './small-text.js';

/** What a server makes of its epoch files. */
export interface EpochsRead {
  readonly stop: BootStop | null;
  readonly changes: readonly BootChange[];
}

/** Judges the files in `snapDir` for a server that has loaded `zxid`. */
export function readEpochs(snapDir: string, zxid: Zxid, settings: ServerSettings, note: AddNote): EpochsRead {
  const changes: BootChange[] = [];
  const stop = new EpochFiles(snapDir, zxid, settings, changes, note).judge();
  return { stop, changes };
}

class EpochFiles {
  readonly #snapDir: string;
  readonly #zxid: Zxid;
  readonly #settings: ServerSettings;
  readonly #changes: BootChange[];
  readonly #note: AddNote;

  constructor(snapDir: string, zxid: Zxid, settings: ServerSettings, changes: BootChange[], note: AddNote) {
    this.#snapDir = snapDir;
    this.#zxid = zxid;
    this.#settings = settings;
    this.#changes = changes;
    this.#note = note;
  }

  judge(): BootStop | null {
    const ofZxid = epochOf(this.#zxid);
    const current = this.#read('currentEpoch');
    if (typeof current === 'object' && current !== null) return current;
    if (current === null) this.#write('currentEpoch', ofZxid);
    const isOld = current !== null && ofZxid > current;
    const adopted = isOld ? this.#adopt(current, ofZxid) : (current ?? ofZxid);
    if (typeof adopted === 'object') return adopted;
    const accepted = this.#read('acceptedEpoch');
    if (typeof accepted === 'object' && accepted !== null) return accepted;
    if (accepted === null) this.#write('acceptedEpoch', ofZxid);
    return (accepted ?? ofZxid) < adopted ? this.#acceptedStop(accepted ?? ofZxid, adopted) : null;
  }

  /** The epoch in a file, null where there is none; what stops the server where it holds no number. */
  #read(name: string): bigint | null | BootStop {
    const file = join(this.#snapDir, name);
    const line = firstLineOf(file);
    if (line === null) return null;
    const epoch = parseLong(line);
    if (epoch !== null) return epoch;
    return {
      code: 'epoch-unreadable',
      error: `Found ${line ?? 'null'} in`,
      file,
      offset: 0,
      expected: 'a decimal number and nothing else in the first line',
      found: line === undefined ? 'no line' : JSON.stringify(line.slice(0, 40)),
      why: `${name} holds no number`,
      todo: `Copy the directory; in the copy, write the epoch of the newest zxid, ${epochOf(this.#zxid)}, into it, or a higher one that the other servers have.`,
    };
  }

  #adopt(current: bigint, ofZxid: bigint): bigint | BootStop {
    const { release } = this.#settings;
    if (hasTrait(release, 'adoptsUpdatingEpoch')) {
      const marker = join(this.#snapDir, 'updatingEpoch');
      if (existsSync(marker)) {
        this.#write('currentEpoch', ofZxid);
        this.#changes.push({ file: marker, change: 'delete', why: 'its epoch was adopted' });
        this.#noteAdopted(marker, ofZxid);
        return ofZxid;
      }
    }
    if (hasTrait(release, 'adoptsEpochTmp')) {
      const adopted = this.#read('currentEpoch.tmp');
      if (adopted !== null) {
        if (typeof adopted === 'object') return adopted;
        this.#write('currentEpoch', adopted);
        this.#noteAdopted(join(this.#snapDir, 'currentEpoch.tmp'), adopted);
        return adopted;
      }
    }
    return {
      code: 'epoch-old',
      error: `The current epoch, ${current.toString(16)}, is older than the last zxid, ${this.#zxid}`,
      file: join(this.#snapDir, 'currentEpoch'),
      offset: 0,
      expected: `${ofZxid} or more, the epoch of the last zxid ${formatZxid(this.#zxid)}`,
      found: `${current}`,
      why: 'the epoch files are older than the data: they come from another copy, or the server died while it changed them',
      todo: 'Copy the directory; in the copy, move currentEpoch and acceptedEpoch away (they are made anew), or take those that belong to this data.',
    };
  }

  #acceptedStop(accepted: bigint, current: bigint): BootStop {
    return {
      code: 'epoch-accepted',
      error: `The accepted epoch, ${accepted.toString(16)} is less than the current epoch, ${current.toString(16)}`,
      file: join(this.#snapDir, 'acceptedEpoch'),
      offset: 0,
      expected: `${current} or more, as in currentEpoch`,
      found: `${accepted}`,
      why: 'a server accepts an epoch before it enters it, so the two files are not of one moment',
      todo: 'Copy the directory; in the copy, write into acceptedEpoch what is in currentEpoch.',
    };
  }

  #write(name: string, epoch: bigint): void {
    const file = join(this.#snapDir, name);
    const change = existsSync(file) ? 'rewrite' : 'write';
    this.#changes.push({ file, change, why: `with epoch ${epoch}` });
    // Written under this name first, then renamed (AtomicFileOutputStream).
    const left = `${file}.tmp`;
    if (existsSync(left)) this.#changes.push({ file: left, change: 'delete', why: `renamed to ${name}` });
  }

  #noteAdopted(file: string, epoch: bigint): void {
    const text = `currentEpoch is older than the last zxid; the server takes ${epoch} because of ${basename(file)}`;
    this.#note('epoch-adopted', text, { file });
  }
}
