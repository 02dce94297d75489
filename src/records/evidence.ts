// What lets a claim be checked by hand.

/** Where a row was read: file, byte offset and length in the plain (decompressed) stream. */
export interface Evidence {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}
