// An ensemble as a model: servers that elect, propose, log, crash, sync and write snapshots as ZooKeeper's do
// (FastLeaderElection, Leader, LearnerHandler.syncFollower, Learner.syncWithLeader), beside the truth of what was
// committed. Knows nothing of src/tree but the shape of what a server's files hold.
import fc from 'fast-check';
import { maxZxid } from '../../src/records/zxid.js';
import type { Holdings, SnapshotMark } from '../../src/tree/holdings.js';

export const z = (epoch: number | bigint, counter: number | bigint) =>
  (BigInt(epoch) << 32n) | BigInt(counter);
const epochOf = (zxid: bigint) => zxid >> 32n;
const isBegin = (zxid: bigint) => (zxid & 0xffffffffn) === 0n;

/** What servers write beside the tree: 3.6 and later a digest block, earlier none. */
export type Digests = 'written' | 'none';

/** A server: its disk, and what it does at the moment. */
class Server {
  readonly id: number;
  readonly votes: boolean;
  /** Log files. A tail that was lost stays where no TRUNC took it away. */
  files: bigint[][] = [];
  snapshots: SnapshotMark[] = [];
  /** What its tree is made of. */
  history: bigint[] = [];
  /** zxid of a snapshot that was sent, which is all that it knows of its place until it logs a txn. */
  sent = 0n;
  accepted = 0n;
  current = 0n;
  isUp = false;
  isSynced = false;
  /** Proposals on their way to it. */
  pending: bigint[] = [];

  constructor(id: number, votes: boolean) {
    this.id = id;
    this.votes = votes;
  }

  /** lastProcessedZxid after a start. */
  get place(): bigint {
    return maxZxid(this.sent, this.history.at(-1) ?? 0n);
  }

  start(): void {
    this.isUp = true;
    this.files.push([]);
  }

  stop(): void {
    this.isUp = false;
    this.isSynced = false;
    this.pending = [];
  }

  log(zxid: bigint): void {
    this.files.at(-1)!.push(zxid);
    this.history.push(zxid);
  }

  truncate(to: bigint): void {
    const kept = (list: bigint[]) => list.filter((zxid) => zxid <= to);
    this.files = [...this.files.map(kept).filter((file) => file.length > 0), []];
    this.history = kept(this.history);
  }
}

/** Draws the random numbers that decide what happens. */
export type Draw = (below: number) => number;

/** The ensemble and the truth about it. */
export class EnsembleModel {
  readonly servers: Server[];
  /** What was committed: quorums logged it, or a leader began with it. */
  readonly committed = new Set<bigint>();
  /**
   * True once a server has cut its log to before a snapshot that it holds. It loads that snapshot again
   * (ZKDatabase.truncateLog), so that a lost txn lives on in its tree alone: there is no truth about such an ensemble.
   */
  hasDiverged = false;
  readonly #digests: Digests;
  readonly #draw: Draw;
  #leader: Server | null = null;
  #next = 0n;

  constructor(voters: number, observers: number, digests: Digests, draw: Draw) {
    this.servers = Array.from({ length: voters + observers }, (_, i) => new Server(i + 1, i < voters));
    this.#digests = digests;
    this.#draw = draw;
  }

  get voters(): Server[] {
    return this.servers.filter(({ votes }) => votes);
  }

  /** One thing that happens; nothing in an ensemble that has diverged. */
  step(): void {
    if (this.hasDiverged) return;
    const up = this.servers.filter(({ isUp }) => isUp);
    const synced = up.filter(({ isSynced }) => isSynced);
    const away = this.servers.filter(({ isSynced }) => !isSynced);
    const busy = up.filter(({ pending }) => pending.length > 0);
    const what = this.#draw(12);
    if (what === 0) this.#elect();
    else if (what === 1) this.#oneOf(up, (server) => this.#crash(server));
    else if (what === 2) this.#oneOf(away, (server) => this.#join(server));
    else if (what === 3) this.#oneOf(synced, (server) => this.#snapshot(server));
    else if (what < 7) this.#propose();
    else this.#oneOf(busy, (server) => this.#log(server, server.pending.shift()!));
  }

  /** Deletes what autopurge deletes: all but some snapshots, and the logs that none of these needs. */
  purge(server: Server, keep: number): void {
    server.snapshots.sort((a, b) => (a.zxid < b.zxid ? -1 : 1));
    server.snapshots = server.snapshots.slice(-keep);
    const oldest = server.snapshots[0]?.zxid;
    if (oldest === undefined) return;
    const first = (file: readonly bigint[]) => file[0] ?? 0n;
    const files = server.files
      .filter((file) => file.length > 0)
      .sort((a, b) => (first(a) < first(b) ? -1 : 1));
    const needed = files.filter((file) => first(file) <= oldest).at(-1);
    server.files = files.filter((file) => file === needed || first(file) > oldest);
    server.files.push([]);
  }

  /** What a copy of a server's files holds now. */
  holdings(server: Server): Holdings {
    const zxids = [...new Set(server.files.flat())].sort((a, b) => (a < b ? -1 : 1));
    const runs: { from: bigint; to: bigint }[] = [];
    for (const zxid of zxids) {
      const last = runs.at(-1);
      if (last !== undefined && zxid === last.to + 1n) last.to = zxid;
      else runs.push({ from: zxid, to: zxid });
    }
    const vote = server.votes ? server.id : null;
    return { server: `zk${server.id}`, vote, runs, snapshots: [...server.snapshots], mayHoldMore: false };
  }

  #oneOf(servers: readonly Server[], act: (server: Server) => void): void {
    if (servers.length > 0) act(servers[this.#draw(servers.length)]!);
  }

  /** A leader is chosen among a quorum, which then takes over its history; it may crash on the way. */
  #elect(): void {
    for (const server of this.servers) {
      server.isSynced = false;
      server.pending = [];
    }
    this.#leader = null;
    const quorum = this.voters.filter(() => this.#draw(3) > 0);
    if (quorum.length * 2 <= this.voters.length) return;
    for (const server of quorum) if (!server.isUp) server.start();
    const isBetter = (a: Server, b: Server) =>
      a.current !== b.current ? a.current > b.current : a.place !== b.place ? a.place > b.place : a.id > b.id;
    const leader = quorum.reduce((best, one) => (isBetter(one, best) ? one : best));
    const epoch = quorum.map(({ accepted }) => accepted).reduce(maxZxid) + 1n;
    for (const server of quorum) server.accepted = epoch;
    leader.current = epoch;
    // ZooKeeperServer.loadData: a new leader writes a snapshot of what it has loaded.
    if (this.#draw(2) === 0) this.#write(leader, leader.place, leader.history);
    let acks = 1;
    for (const server of quorum.filter((one) => one !== leader)) {
      if (acks * 2 > this.voters.length) break;
      if (this.#draw(8) === 0) {
        this.#crash(leader);
        return;
      }
      this.#sync(server, leader.history, leader.place);
      server.current = epoch;
      acks++;
    }
    this.#leader = leader;
    this.#next = epoch << 32n;
    leader.isSynced = true;
    for (const zxid of leader.history) this.committed.add(zxid);
    const synced = quorum.filter((one) => one !== leader && one.current === epoch);
    for (const server of synced) server.isSynced = true;
  }

  /** A server joins a leader that serves: it gets what is committed, then what is outstanding. */
  #join(server: Server): void {
    const leader = this.#leader;
    if (leader === null || server === leader) return;
    if (!server.isUp) server.start();
    const epoch = epochOf(this.#next);
    if (server.accepted > epoch) return;
    // A leader may have committed what it has not yet logged itself.
    const all = [...leader.history, ...leader.pending];
    const history = all.filter((zxid) => this.committed.has(zxid));
    const last = history.at(-1) ?? 0n;
    this.#sync(server, history, epochOf(last) === epoch ? last : epoch << 32n);
    server.accepted = epoch;
    server.current = epoch;
    server.isSynced = true;
    if (server.votes) server.pending = all.filter((zxid) => !this.committed.has(zxid));
  }

  #sync(server: Server, history: readonly bigint[], place: bigint): void {
    this.#bringUpTo(server, history, place);
    for (const zxid of server.history) this.#settle(zxid);
  }

  /** LearnerHandler.syncFollower: `history` is what the leader has committed, `place` its lastProcessedZxid. */
  #bringUpTo(server: Server, history: readonly bigint[], place: bigint): void {
    const peer = server.place;
    const last = history.at(-1) ?? 0n;
    if (peer === place) return;
    if (peer > last && !isBegin(peer)) {
      server.truncate(last);
      if (server.snapshots.some(({ zxid }) => zxid > last)) this.hasDiverged = true;
      if (this.#draw(2) === 0) this.#write(server, last, history);
      return;
    }
    const next = history.find((zxid) => zxid >= peer) ?? null;
    const isBehind = this.#draw(4) === 0;
    const isElsewhere = next !== null && next !== peer && !isBegin(peer) && epochOf(next) !== epochOf(peer);
    if (isBehind || isElsewhere) {
      server.history = [...history];
      server.sent = place;
      server.files.push([]);
      this.#write(server, place, history);
      return;
    }
    if (next !== null && next !== peer && !isBegin(peer)) {
      server.truncate(history.filter((zxid) => zxid < peer).at(-1) ?? 0n);
      server.history = [...history];
      server.sent = last;
      this.#write(server, last, history);
      return;
    }
    for (const zxid of history) if (zxid > peer) this.#log(server, zxid);
  }

  #propose(): void {
    if (this.#leader === null) return;
    const zxid = ++this.#next;
    for (const server of this.voters) if (server.isSynced) server.pending.push(zxid);
  }

  #log(server: Server, zxid: bigint): void {
    server.log(zxid);
    this.#settle(zxid);
  }

  /** A txn that a quorum has is committed, whether its leader lives to say so or not. */
  #settle(zxid: bigint): void {
    const holders = this.voters.filter(({ history }) => history.includes(zxid));
    if (holders.length * 2 <= this.voters.length || this.committed.has(zxid)) return;
    this.committed.add(zxid);
    // Observers are told of what is committed.
    for (const observer of this.servers) {
      if (!observer.votes && observer.isSynced) this.#log(observer, zxid);
    }
  }

  #crash(server: Server): void {
    server.stop();
    if (server !== this.#leader) return;
    this.#leader = null;
    for (const other of this.servers) {
      other.isSynced = false;
      other.pending = [];
    }
  }

  /** A running server's snapshot: of what is committed. */
  #snapshot(server: Server): void {
    const applied = server.history.filter((zxid) => this.committed.has(zxid));
    const last = applied.at(-1) ?? 0n;
    const epoch = epochOf(this.#next);
    const isFresh = server === this.#leader && epochOf(last) < epoch;
    this.#write(server, isFresh ? epoch << 32n : maxZxid(last, server.sent), applied);
    server.files.push([]);
  }

  #write(server: Server, zxid: bigint, history: readonly bigint[]): void {
    const last = history.at(-1) ?? 0n;
    const isEmpty = this.#draw(4) === 0;
    const digestZxid = this.#digests === 'none' ? null : isEmpty ? 0n : last;
    // Failed requests take a zxid and leave no trace in a stat.
    const newestZxid = history.at(-1 - this.#draw(2)) ?? 0n;
    server.snapshots = [
      ...server.snapshots.filter((one) => one.zxid !== zxid),
      { zxid, digestZxid, newestZxid },
    ];
  }
}

/** Random numbers that shrink: a list of them, again and again. */
export const draws: fc.Arbitrary<() => Draw> = fc
  .array(fc.nat(0xffff), { minLength: 1, maxLength: 400 })
  .map((numbers) => () => {
    let at = 0;
    let round = 0;
    return (below) => {
      if (at === numbers.length) [at, round] = [0, round + 1];
      return (numbers[at++]! + 7919 * round) % below;
    };
  });
