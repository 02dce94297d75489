// A txn's header as the beginning of a line of ndjson, in bytes.
import { formatTime } from '../../render/value.js';
import { FixedText, type JsonBytes } from './json-bytes.js';

const ZXID = new FixedText('{"zxid":"0x');
const TIME = new FixedText('","time":"');
const UTC = new FixedText('Z');
const SESSION = new FixedText('","session":"0x');
const CXID = new FixedText('","cxid":');

/** Writes `{"zxid":…,"time":…,"session":…,"cxid":…`; one serves a whole log, for most txns share their second. */
export class TxnHeadBytes {
  #second = Number.NaN;
  #secondText = new FixedText('');

  /** The header at `header`; false for a time that a Date cannot hold or that lies before 1970. */
  write(view: DataView, header: number, out: JsonBytes): boolean {
    out.fixed(ZXID);
    out.hex(view.getUint32(header + 12), view.getUint32(header + 16));
    if (!this.#time(view.getInt32(header + 20), view.getUint32(header + 24), out)) return false;
    out.fixed(SESSION);
    out.hex(view.getUint32(header), view.getUint32(header + 4));
    out.fixed(CXID);
    out.number(view.getInt32(header + 8));
    return true;
  }

  #time(high: number, low: number, out: JsonBytes): boolean {
    // 2100 as a bound: what lies behind is a damaged clock.
    if (high < 0 || high > 1023) return false;
    const ms = high * 2 ** 32 + low;
    const second = Math.floor(ms / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondText = new FixedText(formatTime(second * 1000).slice(0, -4));
    }
    out.fixed(TIME);
    out.fixed(this.#secondText);
    out.thousandths(ms - second * 1000);
    out.fixed(UTC);
    return true;
  }
}
