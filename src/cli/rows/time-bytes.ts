// A time of a file as ISO 8601 in bytes of JSON.
import { formatTime } from '../../render/value.js';
import { FixedText, type JsonBytes } from './json-bytes.js';

const DAY_MS = 86_400_000;
const COLON = new FixedText(':');
const POINT = new FixedText('.');
const UTC = new FixedText('Z');

/** Writes times; one serves many, for most that follow each other share their day. */
export class TimeBytes {
  #day = Number.NaN;
  #dayText = new FixedText('');

  /** The time at `at`; false for one that a Date cannot hold or that lies before 1970. */
  write(view: DataView, at: number, out: JsonBytes): boolean {
    const high = view.getInt32(at);
    // 2109 as a bound: what lies behind is a damaged clock.
    if (high < 0 || high > 1023) return false;
    const ms = high * 2 ** 32 + view.getUint32(at + 4);
    const day = Math.floor(ms / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayText = new FixedText(formatTime(day * DAY_MS).slice(0, -'00:00:00.000Z'.length));
    }
    const ofDay = ms - day * DAY_MS;
    const second = (ofDay / 1000) | 0;
    const minute = (second / 60) | 0;
    const hour = (minute / 60) | 0;
    out.fixed(this.#dayText);
    out.twoDigits(hour);
    out.fixed(COLON);
    out.twoDigits(minute - hour * 60);
    out.fixed(COLON);
    out.twoDigits(second - minute * 60);
    out.fixed(POINT);
    out.thousandths(ofDay - second * 1000);
    out.fixed(UTC);
    return true;
  }
}
