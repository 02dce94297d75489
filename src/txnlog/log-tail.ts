// How a txn log ends.

/**
 * `clean`: with the last byte of a record. `padded`: zeros follow (preallocation). `torn`: the last record was not
 * written completely. `corrupt`: what follows the last sound record can be read no further. Servers end the file
 * at the first three (FileTxnLog.next) and stop on the last.
 */
export type TailKind = 'clean' | 'padded' | 'torn' | 'corrupt';

export interface LogTail {
  readonly kind: TailKind;
  /** Offset after the last sound record, in bytes. */
  readonly offset: number;
  /** Bytes from there to the end of the file. */
  readonly bytes: number;
}
