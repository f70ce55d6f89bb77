/** Bytes that need not be in memory as a whole: a file on disk, a dropped one, one that the browser keeps. */
export interface ByteSource {
  readonly size: number;
  /** Bytes [begin, end), in memory of their own. Rejects when they cannot be read. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A blob's bytes, each slice read when it is asked for. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
  };
}
