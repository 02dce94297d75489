// The life of one session in words.
import type { LogPlace, SessionClient } from '../analysis/server-log.js';
import { isShort } from '../analysis/session-minutes.js';
import { formatHex } from '../records/zxid.js';
import { escapeForTerminal } from '../render/escape.js';
import { formatTime } from '../render/value.js';
import { durationText, type LifeRow } from './rows/session-columns.js';

/** A line for each thing there is to say; `client` is what server logs say, null without one. */
export function storyLines(life: LifeRow, client: SessionClient | null): string[] {
  const lines: (readonly [string, string])[] = [
    ['session', `${formatHex(life.id)}, given out by server ${life.server}`],
    ...(client === null ? [] : clientLines(client)),
    ['timeout', life.timeout === null ? 'not known' : `${life.timeout} ms`],
    ['created', createdText(life)],
    ['ended', endedText(life, client)],
    ['lived', `${durationText(life)}${isShort(life) ? ', shorter than its timeout' : ''}`],
    ['writes', writesText(life)],
    ['failed', `${life.failed} requests`],
    ['last', life.lastZxid === null ? 'no request' : moment(life.lastZxid, life.lastTime)],
    [
      'ephemerals',
      `${life.ephemerals} ${life.endedZxid === null ? 'now' : 'at its end'}, ${life.ephemeralsCreated} created`,
    ],
  ];
  return lines.map(([name, text]) => `${name.padEnd(10)}  ${escapeForTerminal(text)}`);
}

function clientLines({ addresses, user, userPlace }: SessionClient): (readonly [string, string])[] {
  const from = addresses.map(({ address, place }) => `${address} (${placeText(place)})`);
  return [
    ['client', from.length === 0 ? 'unknown' : from.join(', then ')],
    ['user', user === null ? 'unknown' : `${user} (${placeText(userPlace!)})`],
  ];
}

function placeText({ file, line }: LogPlace): string {
  return `${file}:${line}`;
}

function createdText({ createdZxid, createdTime, createdBefore }: LifeRow): string {
  if (createdZxid !== null) return moment(createdZxid, createdTime);
  return `before ${formatHex(createdBefore!)}: no createSession is there`;
}

function endedText(life: LifeRow, client: SessionClient | null): string {
  const { state, endedZxid, endedTime, goneBy } = life;
  switch (state) {
    case 'closed':
      return `${moment(endedZxid!, endedTime)}, closed by the client (its cxid shows a request)`;
    case 'expired': {
      const said = client?.expired ?? null;
      const why = said === null ? 'by its cxid 0: no request asked for it' : placeText(said);
      return `${moment(endedZxid!, endedTime)}, expired (${why})`;
    }
    case 'open':
      return 'not as far as the logs go';
    case 'gone':
      return `snapshot ${formatHex(goneBy!)} no longer has it, and no log says how it ended`;
  }
}

function writesText({ writes, creates, deletes, setData, setACL, bytes }: LifeRow): string {
  if (writes === 0) return 'none';
  const kinds = [
    [creates, 'creates'],
    [deletes, 'deletes'],
    [setData, 'setData'],
    [setACL, 'setACL'],
  ] as const;
  const named = kinds.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  return `${writes}: ${named.join(', ')}; ${bytes} bytes`;
}

function moment(zxid: bigint, time: bigint | null): string {
  return time === null ? formatHex(zxid) : `${formatHex(zxid)}, ${formatTime(time)}`;
}
