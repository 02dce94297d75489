// Random histories of a directory, indexed on the way: the rows always equal those of a fresh index.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { buildLog, closeSession, create, del, multi, setData, type TxnSpec } from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { dump } from './dump.js';
import { build, freshDump, writeFiles } from './indexes.js';

const temp = useTempDir();
const PREALLOCATED = 8192;

/** The txn that any copy has at this zxid; `variant` makes it another one, of another time as on servers. */
function txn(zxid: bigint, variant = 0): TxnSpec {
  const path = `/p${zxid % 7n}`;
  const bodies = [
    create(path, `data ${variant}`),
    setData(path, 'x'.repeat(variant + 1)),
    del(path),
    closeSession([`${path}/e`, '/other']),
    multi([create(`${path}/m`, null), setData(path, 'm')]),
    create(`/e${zxid % 4n}`, 'e', { ephemeral: true }),
    closeSession(),
  ];
  return {
    zxid,
    time: BigInt(variant),
    clientId: 1n + (zxid % 3n),
    ...bodies[Number(zxid) % bodies.length]!,
  };
}

class Directory {
  readonly folder: string;
  readonly #logs = new Map<string, { txns: TxnSpec[]; padded: boolean; torn: boolean }>();
  readonly #hidden = new Map<string, Uint8Array>();
  readonly #bytes = new Map<string, Uint8Array>();
  #zxid = 0n;
  #forks = 0;

  constructor(folder: string) {
    this.folder = writeFiles(folder, {});
  }

  #write(name: string, bytes: Uint8Array): void {
    this.#hidden.delete(name);
    this.#bytes.set(name, bytes);
    writeFileSync(join(this.folder, name), bytes);
  }

  #writeLog(name: string): void {
    const { txns, padded, torn } = this.#logs.get(name)!;
    const { bytes, records, end } = buildLog({ txns });
    const last = records.at(-1);
    const kept = torn && last !== undefined ? bytes.subarray(0, last.offset + last.length - 9) : bytes;
    const padding = padded ? Math.max(PREALLOCATED - end, 0) : 0;
    this.#write(name, Buffer.concat([kept, Buffer.alloc(padding)]));
  }

  newLog(padded: boolean): void {
    const name = `log.${(this.#zxid + 1n).toString(16)}`;
    if (!this.#logs.has(name)) this.#logs.set(name, { txns: [], padded, torn: false });
    this.append(3);
  }

  append(more: number): void {
    const name = [...this.#logs.keys()].at(-1);
    if (name === undefined) return;
    const log = this.#logs.get(name)!;
    log.torn = false;
    for (let i = 0; i < more; i++) log.txns.push(txn(++this.#zxid));
    this.#writeLog(name);
  }

  tear(at: number): void {
    this.#change(at, (log) => {
      log.torn = true;
    });
  }

  truncate(at: number, keep: number): void {
    this.#change(at, (log) => {
      log.txns.length = Math.min(keep, log.txns.length);
      log.torn = false;
    });
  }

  /** As after a TRUNC by another leader: the same zxids from some point on, with txns that were never there. */
  fork(at: number, keep: number): void {
    const variant = ++this.#forks;
    this.#change(at, (log) => {
      log.txns = log.txns.map((one, i) => (i < keep ? one : txn(one.zxid, variant)));
    });
  }

  #change(at: number, change: (log: { txns: TxnSpec[]; padded: boolean; torn: boolean }) => void): void {
    const names = [...this.#logs.keys()];
    const name = names[at % names.length];
    if (name === undefined) return;
    change(this.#logs.get(name)!);
    this.#writeLog(name);
  }

  snapshot(variant: number, codec: 'raw' | 'gzip'): void {
    const owned = { path: '/e0', stat: { ephemeralOwner: 1n + BigInt(variant % 3), czxid: this.#zxid } };
    const znodes = [...NEW_TREE, { path: '/a', data: `${variant % 10}` }, { path: '/a/b' }, owned];
    this.#write(`snapshot.${this.#zxid.toString(16)}`, snapshotBytes({ znodes, trailer: 'both', codec }));
  }

  damage(at: number): void {
    const [name, bytes] = this.#present(at);
    if (name?.startsWith('snapshot'))
      this.#write(name, flip(Buffer.from(bytes!), Math.floor(bytes!.length / 2)));
  }

  swap(at: number, to: number): void {
    const [a, b] = [this.#present(at), this.#present(to)];
    if (a[0] === undefined || b[0] === undefined || a[0].slice(0, 3) !== b[0].slice(0, 3)) return;
    this.#write(a[0], b[1]!);
    this.#write(b[0], a[1]!);
  }

  hide(at: number): void {
    const [name, bytes] = this.#present(at);
    if (name === undefined) return;
    this.#hidden.set(name, bytes!);
    rmSync(join(this.folder, name));
  }

  /** Brings back what is hidden. */
  restore(): void {
    for (const [name, bytes] of [...this.#hidden]) this.#write(name, bytes);
  }

  #present(at: number): [string, Uint8Array] | [undefined, undefined] {
    const names = [...this.#bytes.keys()].filter((name) => existsSync(join(this.folder, name))).sort();
    const name = names[at % names.length];
    return name === undefined ? [undefined, undefined] : [name, this.#bytes.get(name)!];
  }
}

const n = fc.nat({ max: 9 });
const step: fc.Arbitrary<(directory: Directory) => void> = fc.oneof(
  fc.boolean().map((padded) => (directory: Directory) => directory.newLog(padded)),
  n.map((more) => (directory: Directory) => directory.append(more)),
  n.map((at) => (directory: Directory) => directory.tear(at)),
  fc.tuple(n, n).map(
    ([at, keep]) =>
      (directory: Directory) =>
        directory.truncate(at, keep),
  ),
  fc.tuple(n, n).map(
    ([at, keep]) =>
      (directory: Directory) =>
        directory.fork(at, keep),
  ),
  fc.tuple(n, fc.constantFrom('raw' as const, 'gzip' as const)).map(
    ([variant, codec]) =>
      (directory: Directory) =>
        directory.snapshot(variant, codec),
  ),
  n.map((at) => (directory: Directory) => directory.damage(at)),
  fc.tuple(n, n).map(
    ([at, to]) =>
      (directory: Directory) =>
        directory.swap(at, to),
  ),
  n.map((at) => (directory: Directory) => directory.hide(at)),
);
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 5 });

test('an index that followed a random history has the rows of a fresh one', () => {
  let run = 0;
  const property = fc.property(history, (rounds) => {
    const name = join(temp.path, `history-${run++}`);
    const directory = new Directory(join(name, 'version-2'));
    directory.newLog(true);
    for (const steps of rounds) {
      for (const one of steps) one(directory);
      build(`${name}.db`, [directory.folder]);
    }
    directory.restore();
    build(`${name}.db`, [directory.folder]);
    const rows = dump(`${name}.db`);
    const fresh = freshDump(`${name}-fresh.db`, [directory.folder]);
    rmSync(`${name}.db`);
    rmSync(name, { recursive: true });
    expect(rows).toEqual(fresh);
  });
  fc.assert(property, { numRuns: 60 });
});
