// A tree as a folder of files: the data of each znode, to be read with cat and grep, and one file that says the rest.
//
//   znodes.ndjson            every znode, with the file its data is in
//   data/kafka/cluster/id    data of a znode without children
//   data/kafka/=data         data of one that has some
import { createHash } from 'node:crypto';
import type { OutputFolder } from '../container/output-folder.js';
import { bytesOf, type RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';

/** What names begin with that no znode has. */
const OWN = '=data';
/** Bytes that file systems take for a name. */
const LONGEST = 200;
const PLAIN = /^[A-Za-z0-9._-]$/;

/** Writes data into a folder. */
export class ZnodeFiles {
  /** Files so far. */
  files = 0;
  readonly #folder: OutputFolder;
  /**
   * What has capital letters, in small ones: on many systems /A and /a are one file. Those with capitals come first.
   */
  readonly #taken = new Set<string>();

  constructor(folder: OutputFolder) {
    this.#folder = folder;
  }

  /** Writes the data of a znode; returns the file's path in the folder, null where there is no data. */
  add({ path, data }: Pick<Znode, 'path' | 'data'>, hasChildren: boolean): string | null {
    if (data == null) return null;
    const names = path === '' ? [] : (path.slice(1).split('/') as RawText[]).map(safeName);
    if (hasChildren || path === '') names.push(OWN);
    const place = this.#free(['data', ...names].join('/'));
    const file = this.#folder.file(place);
    file.write(data);
    file.end();
    this.files++;
    return place;
  }

  #free(place: string): string {
    let free = place;
    for (let n = 2; this.#taken.has(free.toLowerCase()); n++) free = `${place}=${n}`;
    if (free !== free.toLowerCase()) this.#taken.add(free.toLowerCase());
    return free;
  }
}

/** A name that every file system takes: other bytes than letters, digits, `.`, `_` and `-` as %XX, long ones cut. */
export function safeName(name: RawText): string {
  let safe = '';
  for (const byte of bytesOf(name)) {
    const character = String.fromCharCode(byte);
    safe += PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (/^\.+$/.test(safe)) safe = safe.replaceAll('.', '%2E');
  if (safe.length <= LONGEST) return safe;
  const hash = createHash('sha256').update(bytesOf(name)).digest('hex').slice(0, 16);
  return `${safe.slice(0, LONGEST)}=${hash}`;
}
