// A snapshot written to each server's folder, with what stands beside it.

import type { FolderFile, OutputFolder, WrittenFile } from '../container/output-folder.js';
import { plainSink } from '../container/plain-sink.js';
import type { Codec } from '../container/plain-stream.js';
import type { Zxid } from '../records/zxid.js';
import type { TrailerBlocks } from '../snapshot/seal.js';
import { type SnapshotHead, SnapshotWriter } from '../snapshot/write-snapshot.js';

const EXTENSIONS: Readonly<Record<Codec, string>> = { raw: '', gzip: '.gz', snappy: '.snappy' };

/** Where a snapshot goes. */
export interface OutputPlace {
  /** Null for a dry run. */
  readonly folder: OutputFolder | null;
  /** Numbers of the servers of an ensemble, which get a folder each; none for a single server. */
  readonly myids: readonly string[];
  readonly codec: Codec;
  readonly zxid: Zxid;
}

/** The snapshot of an output that is being written; of a dry run nothing reaches the disk. */
export class SnapshotOutput {
  readonly #files: readonly FolderFile[];
  readonly #place: OutputPlace;
  readonly #writer: SnapshotWriter;

  constructor(place: OutputPlace, head: SnapshotHead) {
    const { folder, myids, codec, zxid } = place;
    this.#place = place;
    const name = `version-2/snapshot.${zxid.toString(16)}${EXTENSIONS[codec]}`;
    const paths = myids.length === 0 ? [name] : myids.map((id) => `${id}/${name}`);
    this.#files = folder === null ? [] : paths.map((path) => folder.file(path));
    this.#writer = new SnapshotWriter(this.#sink(codec), head);
  }

  /** Takes a znode's record. */
  znode(record: Uint8Array): void {
    this.#writer.znode(record);
  }

  /** The Adler-32 in the first seal, once it has ended. */
  get checksum(): number {
    return this.#writer.checksum;
  }

  /** Ends the snapshot, and writes the files beside it. Returns what was written. */
  end(trailer: TrailerBlocks): WrittenFile[] {
    this.#writer.end(trailer);
    const { folder, myids } = this.#place;
    const written = this.#files.map((file) => file.end());
    if (folder === null) return written;
    for (const id of myids) {
      const file = folder.file(`${id}/myid`);
      file.write(Buffer.from(`${id}\n`));
      written.push(file.end());
    }
    return written;
  }

  #sink(codec: Codec) {
    return plainSink(codec, (bytes) => {
      for (const file of this.#files) file.write(bytes);
    });
  }
}
