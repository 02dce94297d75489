// What a file holds once compression is undone, as a synchronous stream of bytes.

/** How a file is compressed on disk; decided by its first bytes, not by its name. */
export type Codec = 'raw' | 'gzip' | 'snappy';

/** The plain (decompressed) bytes of one file, read once from the front. */
export interface PlainStream {
  /** The file as named by the caller, for messages. */
  readonly file: string;
  readonly codec: Codec;
  /** Size of the file on disk when it was opened, in bytes (compressed where it is). */
  readonly fileSize: number;
  /** Bytes of the file on disk read so far; for progress. */
  readonly fileBytesRead: number;
  /** Size of the plain stream in bytes, null where only reading to the end can tell. */
  readonly plainSize: number | null;
  /**
   * Fills `target` from its start with the next plain bytes and returns how many; fewer than asked is
   * normal, 0 means the end.
   * @throws FormatError where compressed data is damaged; its offset counts the plain bytes before the damage.
   * @throws InputError where the file cannot be read.
   */
  read(target: Uint8Array): number;
  /** True where the file's size or modification time changed since it was opened. */
  hasChanged(): boolean;
  close(): void;
}
