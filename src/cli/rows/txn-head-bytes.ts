// A txn's header as the beginning of a line of ndjson, in bytes.
import { FixedText, type JsonBytes } from './json-bytes.js';
import { TimeBytes } from './time-bytes.js';

const ZXID = new FixedText('{"zxid":"0x');
const TIME = new FixedText('","time":"');
const SESSION = new FixedText('","session":"0x');
const CXID = new FixedText('","cxid":');

/** Writes `{"zxid":…,"time":…,"session":…,"cxid":…`; one serves a whole log. */
export class TxnHeadBytes {
  readonly #time = new TimeBytes();

  /** The header at `header`; false for a time that a Date cannot hold or that lies before 1970. */
  write(view: DataView, header: number, out: JsonBytes): boolean {
    out.fixed(ZXID);
    out.hex(view.getUint32(header + 12), view.getUint32(header + 16));
    out.fixed(TIME);
    if (!this.#time.write(view, header + 20, out)) return false;
    out.fixed(SESSION);
    out.hex(view.getUint32(header), view.getUint32(header + 4));
    out.fixed(CXID);
    out.number(view.getInt32(header + 8));
    return true;
  }
}
