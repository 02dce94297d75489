// Which zxids a log holds, as ranges: a handful for a whole log, where its records are hundreds of thousands.
import { counterOf, type Zxid } from '../records/zxid.js';
import { type Database, row, type Statement } from './database.js';

/** Follows the records of a log and writes its ranges. Hot: `note` is called for every record. */
export class LogRanges {
  readonly #insert: Statement;
  readonly #logId: number;
  #n: number;
  #from: Zxid | null = null;
  #to: Zxid = 0n;

  /** Goes on behind what is known of the log. */
  constructor(database: Database, logId: number) {
    this.#insert = database.prepare('INSERT OR REPLACE INTO log_range VALUES (?, ?, ?, ?)');
    this.#logId = logId;
    const sql = 'SELECT n, first_zxid, last_zxid FROM log_range WHERE log_id = ? ORDER BY n DESC LIMIT 1';
    const last = row(database, sql, logId) as { n: bigint; first_zxid: Zxid; last_zxid: Zxid } | undefined;
    this.#n = Number(last?.n ?? 0n);
    if (last === undefined) return;
    this.#from = last.first_zxid;
    this.#to = last.last_zxid;
  }

  note(zxid: Zxid): void {
    if (this.#from !== null && zxid === this.#to + 1n && counterOf(zxid) !== 0n) {
      this.#to = zxid;
      return;
    }
    if (this.#from !== null) {
      this.finish();
      this.#n++;
    }
    this.#from = zxid;
    this.#to = zxid;
  }

  /** Writes the range under way. */
  finish(): void {
    if (this.#from !== null) this.#insert.run(this.#logId, this.#n, this.#from, this.#to);
  }
}
