// Names of snapshots and logs: `snapshot.<hex>` and `log.<hex>`, hex of the unsigned zxid without leading zeros.
//
// Since 3.6 a name may have more parts (Util.getZxidFromName): `snapshot.3e.gz`, and also `snapshot.10.bak` are
// live files. Servers up to 3.5 want exactly two parts and do not see the others.

/** What a name says a file is. */
export interface FileName {
  readonly kind: 'snapshot' | 'log';
  /** The number in the name: of a snapshot the last txn surely in it, of a log its first txn. */
  readonly zxid: bigint;
  /** What follows the zxid, without its dot; null where nothing does (then every release sees the file). */
  readonly extension: string | null;
}

/** Reads a file name; null for a name that no server takes for a snapshot or a log. */
export function parseFileName(name: string): FileName | null {
  const match = /^(snapshot|log)\.([0-9a-f]{1,16})(?:\.(.+))?$/i.exec(name);
  if (match === null) return null;
  const kind = match[1] as 'snapshot' | 'log';
  const zxid = BigInt(`0x${match[2]}`);
  // Java parses a signed long: 16 digits with the top bit set are no number to it.
  if (zxid >= 2n ** 63n || match[1] !== match[1]!.toLowerCase()) return null;
  return { kind, zxid, extension: match[3] ?? null };
}

/** The codec that servers of 3.6 and later take an extension for (SnapStream.getStreamMode). */
export function codecOfExtension(extension: string | null): 'raw' | 'gzip' | 'snappy' {
  const last = extension?.split('.').at(-1)?.toLowerCase();
  return last === 'gz' ? 'gzip' : last === 'snappy' ? 'snappy' : 'raw';
}
