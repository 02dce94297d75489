// inspect: a log read to its end, every checksum checked and every txn decoded.
import { fileChanged } from '../container/file-changed.js';
import type { OnProblem } from '../problems.js';
import type { Op } from '../records/op.js';
import { epochOf } from '../records/zxid.js';
import { type LogReader, openTxnLog } from '../txnlog/read-log.js';
import type { Txn } from '../txnlog/txn.js';
import { txnProblems } from '../txnlog/txn-problems.js';
import {
  bareFacts,
  type FileFacts,
  type InspectedFile,
  type LogVisitor,
  type OnBytes,
} from './file-facts.js';
import { isReleaseHint, type ReleaseHintName, releaseGuess } from './release-hints.js';

const QUOTA_EXCEEDED = -125;

/** Reads a log for its facts. @throws FormatError, InputError where it does not begin like one. */
export function inspectLog(
  target: InspectedFile,
  onProblem: OnProblem,
  onBytes: OnBytes,
  visitor: LogVisitor | null = null,
): FileFacts {
  let wrongChecksums = 0;
  const reader = openTxnLog(target.file.path, (problem) => {
    visitor?.problem(problem);
    if (problem.code === 'log-checksum') wrongChecksums++;
    onProblem(problem);
  });
  try {
    const counts = count(reader, onProblem, onBytes, visitor);
    visitor?.end(reader);
    const change = fileChanged(reader.stream);
    if (change !== null) onProblem(change);
    const { firstZxid, lastZxid, tail } = reader;
    return {
      ...bareFacts(target),
      firstZxid,
      lastZxid,
      firstEpoch: firstZxid === null ? null : Number(epochOf(firstZxid)),
      lastEpoch: lastZxid === null ? null : Number(epochOf(lastZxid)),
      firstTime: counts.firstTime,
      lastTime: counts.lastTime,
      checksums: wrongChecksums === 0 ? 'right' : 'wrong',
      sound: reader.isSound,
      txns: reader.recordCount,
      ops: counts.ops,
      tail: tail?.kind ?? null,
      tailBytes: tail?.bytes ?? null,
      skipped: reader.skipped,
      ...releaseGuess(counts.hints),
    };
  } finally {
    reader.close();
  }
}

interface Counts {
  readonly ops: Readonly<Record<string, number>>;
  readonly firstTime: bigint | null;
  readonly lastTime: bigint | null;
  readonly hints: ReadonlySet<ReleaseHintName>;
}

function count(
  reader: LogReader,
  onProblem: OnProblem,
  onBytes: OnBytes,
  visitor: LogVisitor | null,
): Counts {
  const ops = new Map<string, number>();
  const hints = new Set<ReleaseHintName>();
  let firstTime: bigint | null = null;
  let lastTime: bigint | null = null;
  const { file } = reader.stream;
  const add = (name: string) => void ops.set(name, (ops.get(name) ?? 0) + 1);
  for (const record of reader.records()) {
    const { txn, offset, length } = record;
    const { time } = txn.header;
    if (firstTime === null || time < firstTime) firstTime = time;
    if (lastTime === null || time > lastTime) lastTime = time;
    add(txn.op.op);
    if (txn.op.op === 'multi') for (const part of txn.op.ops) add(`multi: ${part.op}`);
    note(txn, hints);
    visitor?.record(record, txn);
    for (const problem of txnProblems({ txn, evidence: { file, offset, length } })) onProblem(problem);
    if ((reader.recordCount & 0xfff) === 0) onBytes(reader.fileBytesRead);
  }
  for (const name of ops.keys()) if (isReleaseHint(name)) hints.add(name);
  if (hints.has('txn-digest')) hints.delete('no-txn-digest');
  return {
    ops: Object.fromEntries([...ops].sort(([a], [b]) => (a < b ? -1 : 1))),
    firstTime,
    lastTime,
    hints,
  };
}

function note({ op, digest }: Txn, hints: Set<ReleaseHintName>): void {
  if (digest !== null) hints.add('txn-digest');
  // Errors never have one.
  else if (op.op !== 'error') hints.add('no-txn-digest');
  noteOp(op, hints);
  if (op.op === 'multi') for (const part of op.ops) noteOp(part, hints);
}

function noteOp(op: Op, hints: Set<ReleaseHintName>): void {
  if (op.op === 'create' && op.parentCVersion === -1) hints.add('create-v0');
  else if (op.op === 'closeSession' && op.paths2Delete !== null) hints.add('close-session-paths');
  else if (op.op === 'error' && op.err === QUOTA_EXCEEDED) hints.add('quota-exceeded');
}
