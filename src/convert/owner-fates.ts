// What becomes of znodes by their owner: ephemerals, containers, TTL znodes.
import { hasTrait } from '../datadir/release.js';
import type { RawText } from '../jute/raw-text.js';
import { kindOf, ttlOwner } from '../records/kind.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import type { Znode } from '../snapshot/znode.js';
import type { Changes } from './changes.js';
import type { ConvertOptions } from './options.js';
import { ROOT } from './own-znodes.js';
import type { Refusals } from './refusals.js';

/** Decides by the options, and counts what the servers must know of. */
export class OwnerFates {
  /** TTL znodes that stay. */
  ttlZnodes = 0;
  /** Sessions that own ephemerals that stay. */
  readonly sessions = new Set<bigint>();
  /** Ephemerals that are left out and whose owner is negative. */
  negativeOwners = 0;
  readonly #options: ConvertOptions;
  readonly #changes: Changes;
  readonly #refusals: Refusals;

  constructor(options: ConvertOptions, changes: Changes, refusals: Refusals) {
    this.#options = options;
    this.#changes = changes;
    this.#refusals = refusals;
  }

  /** The stat with the owner that it has in the output; null for an ephemeral that is left out. */
  statOf({ path, stat }: Znode, mapped: RawText): StatPersisted | null {
    if (stat.ephemeralOwner === 0n) return stat;
    const { target, keepSessions, containers, ttl: ttlFate, emulate353 } = this.#options;
    const { kind, ttl } = kindOf(stat.ephemeralOwner, emulate353);
    if (kind === 'ephemeral') {
      if (keepSessions) {
        this.sessions.add(stat.ephemeralOwner);
        return stat;
      }
      if (stat.ephemeralOwner < 0n) this.negativeOwners++;
      this.#changes.add('left-out', 'ephemeral', path);
      return null;
    }
    if (mapped === ROOT) {
      this.#changes.add('altered', 'root-to-persistent', path);
      return persistent(stat);
    }
    if (kind === 'container') {
      if (containers === 'persistent') {
        this.#changes.add('altered', 'container-to-persistent', path);
        return persistent(stat);
      }
      if (!hasTrait(target, 'knowsContainers')) {
        const what = `a container, which ${target.text} would take for an ephemeral and delete`;
        this.#refusals.add(what, path, '--containers persistent makes it persistent');
      }
      return stat;
    }
    if (ttlFate === 'persistent') {
      this.#changes.add('altered', 'ttl-to-persistent', path);
      return persistent(stat);
    }
    if (!hasTrait(target, 'hasExtendedTypes')) {
      const what = `a TTL znode, which ${target.text} would take for an ephemeral and delete`;
      this.#refusals.add(what, path, '--ttl persistent makes it persistent');
    }
    this.ttlZnodes++;
    const owner = ttlOwner(ttl!);
    if (owner === stat.ephemeralOwner) return stat;
    if (owner === null) {
      this.#refusals.add('a TTL of more than 40 bits', path, '--ttl persistent makes it persistent');
      return stat;
    }
    this.#changes.add('altered', 'ttl-of-353', path);
    return { ...stat, ephemeralOwner: owner };
  }
}

function persistent(stat: StatPersisted): StatPersisted {
  return { ...stat, ephemeralOwner: 0n };
}
