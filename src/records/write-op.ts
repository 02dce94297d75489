// The body of a txn, or of one part of a multi, encoded: the inverse of `op.ts`.
import { JuteWriter } from '../jute/jute-writer.js';
import { writeCheckVersionTxn } from './check-version-txn.js';
import { writeCloseSessionTxn } from './close-session-txn.js';
import { writeCreateContainerTxn } from './create-container-txn.js';
import { writeCreateSessionTxn } from './create-session-txn.js';
import { writeCreateTTLTxn } from './create-ttl-txn.js';
import { writeCreateTxn } from './create-txn.js';
import { writeDeleteTxn } from './delete-txn.js';
import { writeErrorTxn } from './error-txn.js';
import { type Txn, writeMultiTxn } from './multi-txn.js';
import type { Op } from './op.js';
import { OP_CODES } from './op-code.js';
import { writeSetACLTxn } from './set-acl-txn.js';
import { writeSetDataTxn } from './set-data-txn.js';

/** The op code of an op. */
export function codeOf(op: Op): number {
  return op.op === 'unknown' ? op.code : OP_CODES[op.op];
}

/** Writes the body of an op; of an unknown one what is kept of its bytes. */
export function writeOp(writer: JuteWriter, op: Op): void {
  switch (op.op) {
    case 'create':
    case 'create2':
      writeCreateTxn(writer, op);
      break;
    case 'createContainer':
      writeCreateContainerTxn(writer, op);
      break;
    case 'createTTL':
      writeCreateTTLTxn(writer, op);
      break;
    case 'delete':
    case 'deleteContainer':
      writeDeleteTxn(writer, op);
      break;
    case 'setData':
    case 'reconfig':
      writeSetDataTxn(writer, op);
      break;
    case 'setACL':
      writeSetACLTxn(writer, op);
      break;
    case 'check':
      writeCheckVersionTxn(writer, op);
      break;
    case 'error':
      writeErrorTxn(writer, op);
      break;
    case 'createSession':
      writeCreateSessionTxn(writer, op);
      break;
    case 'closeSession':
      writeCloseSessionTxn(writer, op);
      break;
    case 'multi':
      writeMultiTxn(writer, { txns: op.ops.map(partOf) });
      break;
    case 'unknown':
      writer.raw(op.body);
  }
}

function partOf(op: Op): Txn {
  const writer = new JuteWriter();
  writeOp(writer, op);
  return { type: codeOf(op), data: Buffer.from(writer.bytes) };
}
