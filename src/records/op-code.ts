// Op codes that occur in txn logs (ZooDefs.OpCode), and KeeperException codes that occur in error txns.

/** Op code to name, as in ZooDefs.OpCode. */
export const OP_NAMES = {
  [-11]: 'closeSession',
  [-10]: 'createSession',
  [-1]: 'error',
  1: 'create',
  2: 'delete',
  5: 'setData',
  7: 'setACL',
  13: 'check',
  14: 'multi',
  15: 'create2',
  16: 'reconfig',
  19: 'createContainer',
  20: 'deleteContainer',
  21: 'createTTL',
} as const;

/** Name of an op that occurs in txn logs. */
export type OpName = (typeof OP_NAMES)[keyof typeof OP_NAMES];

/** Name to op code. */
export const OP_CODES: Readonly<Record<OpName, number>> = Object.fromEntries(
  Object.entries(OP_NAMES).map(([code, name]) => [name, Number(code)]),
) as Record<OpName, number>;

/** Name of an op code, null for one that no release logs. */
export function opName(code: number): OpName | null {
  return OP_NAMES[code as keyof typeof OP_NAMES] ?? null;
}

/** KeeperException.Code to its name, for codes that servers log. */
export const ERROR_NAMES: Readonly<Record<number, string>> = {
  [-1]: 'SYSTEMERROR',
  [-2]: 'RUNTIMEINCONSISTENCY',
  [-3]: 'DATAINCONSISTENCY',
  [-4]: 'CONNECTIONLOSS',
  [-5]: 'MARSHALLINGERROR',
  [-6]: 'UNIMPLEMENTED',
  [-7]: 'OPERATIONTIMEOUT',
  [-8]: 'BADARGUMENTS',
  [-13]: 'NEWCONFIGNOQUORUM',
  [-14]: 'RECONFIGINPROGRESS',
  [-100]: 'APIERROR',
  [-101]: 'NONODE',
  [-102]: 'NOAUTH',
  [-103]: 'BADVERSION',
  [-108]: 'NOCHILDRENFOREPHEMERALS',
  [-110]: 'NODEEXISTS',
  [-111]: 'NOTEMPTY',
  [-112]: 'SESSIONEXPIRED',
  [-113]: 'INVALIDCALLBACK',
  [-114]: 'INVALIDACL',
  [-115]: 'AUTHFAILED',
  [-118]: 'SESSIONMOVED',
  [-119]: 'NOTREADONLY',
  [-120]: 'EPHEMERALONLOCALSESSION',
  [-121]: 'NOWATCHER',
  [-122]: 'REQUESTTIMEOUT',
  [-123]: 'RECONFIGDISABLED',
  [-124]: 'SESSIONCLOSEDREQUIRESASLAUTH',
  [-125]: 'QUOTAEXCEEDED',
  [-127]: 'THROTTLEDOP',
};

/** Name of a KeeperException code, or the number as text. */
export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? String(code);
}
