/** Where the first byte of a buffer lies, for error messages. */
export interface Place {
  readonly file: string;
  /** Offset in the plain stream of the buffer's first byte. */
  readonly base: number;
}
