// An op as a line of ndjson, without the row in between. Serves what op-bytes.ts gives up on, queries, and indexes.
//
// A test holds each line equal to what compileNdjson(opColumns) makes of the row.
import { isUtf8 } from 'node:buffer';
import { aclRows } from '../../analysis/acl-row.js';
import type { OpPart } from '../../analysis/op-row.js';
import { pathBase64, shownPath } from '../../analysis/paths.js';
import type { RawText } from '../../jute/raw-text.js';
import type { ACL } from '../../records/acl.js';
import { errorName } from '../../records/op-code.js';
import { formatPerms } from '../../records/perms.js';
import { type DataMode, formatData } from '../../render/bytes.js';
import { jsonNested, jsonString } from '../../render/json-value.js';
import { formatHex, formatTime, isDate } from '../../render/value.js';
import type { LoggedTxn } from '../../txnlog/logged-txn.js';

/** Needs no escape in JSON. */
const PLAIN = /^[ !#-[\]-~]*$/;
/** Has no character that is not shown as itself. */
const ASCII = /^[ -~]*$/;

/** Turns the ops of txns into lines of ndjson; one serves a whole output, for what repeats is kept. */
export class OpLines {
  readonly #mode: DataMode;
  #logged: LoggedTxn | null = null;
  #head = '';
  #digest = '';
  #tail = '';
  #session: bigint | null = null;
  #sessionText = '';
  #file: string | null = null;
  #fileText = '';

  constructor(mode: DataMode) {
    this.#mode = mode;
  }

  /** The line of one op, line end included. */
  line(logged: LoggedTxn, part: OpPart): string {
    if (logged !== this.#logged) this.#begin(logged);
    const { op, multi, isApplied, isImplied } = part;
    let line = `${this.#head}${op.op}"`;
    if ('path' in op) line += pathText(op.path);
    if (multi !== undefined) line += `,"multi":${multi}`;
    if (!isApplied) line += ',"applied":false';
    if (isImplied) line += ',"implied":true';
    if (logged.commit !== undefined) line += `,"commit":"${logged.commit}"`;
    line += this.#body(op);
    if (!isImplied) line += this.#digest;
    return line + this.#tail;
  }

  /** What all ops of a txn have in common. */
  #begin(logged: LoggedTxn): void {
    const { txn, evidence } = logged;
    const { clientId, cxid, zxid, time } = txn.header;
    if (clientId !== this.#session) {
      this.#session = clientId;
      this.#sessionText = formatHex(clientId);
    }
    if (evidence.file !== this.#file) {
      this.#file = evidence.file;
      this.#fileText = jsonString(evidence.file);
    }
    const timeText = isDate(time) ? `"${formatTime(time)}"` : String(time);
    this.#head = `{"zxid":"${formatHex(zxid)}","time":${timeText},"session":"${this.#sessionText}","cxid":${cxid},"type":"`;
    this.#digest = txn.digest === null ? '' : `,"digest":"${formatHex(txn.digest.treeDigest)}"`;
    this.#tail = `,"file":${this.#fileText},"offset":${evidence.offset},"length":${evidence.length}}\n`;
    this.#logged = logged;
  }

  #body(op: OpPart['op']): string {
    switch (op.op) {
      case 'create':
      case 'create2':
        return `,"parentCVersion":${op.parentCVersion},"ephemeral":${op.ephemeral}${aclField(op.acl)}${this.#data(op.data)}`;
      case 'createContainer':
        return `,"parentCVersion":${op.parentCVersion}${aclField(op.acl)}${this.#data(op.data)}`;
      case 'createTTL':
        return `,"parentCVersion":${op.parentCVersion},"ttl":${op.ttl}${aclField(op.acl)}${this.#data(op.data)}`;
      case 'setData':
      case 'reconfig':
        return `,"version":${op.version}${this.#data(op.data)}`;
      case 'setACL':
        return `,"version":${op.version}${aclField(op.acl)}`;
      case 'check':
        return `,"version":${op.version}`;
      case 'error':
        return `,"error":${op.err},"errorName":${op.err === null ? null : `"${errorName(op.err)}"`}`;
      case 'createSession':
        return `,"timeout":${op.timeOut}`;
      case 'closeSession':
        return op.paths2Delete?.length ? `,"deletes":${op.paths2Delete.length}` : '';
      case 'unknown':
        return `,"opCode":${op.code}${this.#data(op.body)}`;
      default:
        return '';
    }
  }

  #data(data: Buffer | null): string {
    if (this.#logged?.lacksData) return '';
    const length = `,"dataLength":${data?.length ?? 0}`;
    if (this.#mode === 'none') return length;
    if (data === null) return `${length},"data":null,"dataEncoding":null`;
    if (this.#mode === 'auto') {
      const text = data.toString('latin1');
      if (PLAIN.test(text)) return `${length},"data":"${text}","dataEncoding":"utf8"`;
      if (ASCII.test(text)) return `${length},"data":${JSON.stringify(text)},"dataEncoding":"utf8"`;
      if (isUtf8(data)) return `${length},"data":${jsonString(data.toString('utf8'))},"dataEncoding":"utf8"`;
    }
    const shown = formatData(data, this.#mode);
    return `${length},"data":${jsonString(String(shown.data))},"dataEncoding":"${shown.dataEncoding}"`;
  }
}

function pathText(path: RawText | null): string {
  if (path === null) return ',"path":null';
  // A txn has "/" for the root.
  if (path !== '' && PLAIN.test(path)) return `,"path":"${path}"`;
  const base64 = pathBase64(path);
  const bytes = base64 === undefined ? '' : `,"pathBase64":"${base64}"`;
  return `,"path":${jsonString(shownPath(path))}${bytes}`;
}

function aclField(acl: readonly ACL[] | null): string {
  if (acl === null) return ',"acl":null';
  let text = '';
  for (const { perms, id } of acl) {
    const { scheme, id: who } = id;
    if (scheme === null || who === null || !PLAIN.test(scheme) || !PLAIN.test(who)) {
      return `,"acl":${jsonNested(aclRows(acl))}`;
    }
    text += `${text === '' ? '' : ','}{"scheme":"${scheme}","id":"${who}","perms":"${formatPerms(perms)}"}`;
  }
  return `,"acl":[${text}]`;
}
