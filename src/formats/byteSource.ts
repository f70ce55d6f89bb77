/** Bytes that need not be in memory as a whole: a file on disk, a dropped one, one that the browser keeps. */
export interface ByteSource {
  readonly size: number;
  /** Bytes [begin, end), in memory of their own. Rejects when they cannot be read. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A blob's bytes, each slice read when it is asked for: a file has to stay as it was when it was chosen. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    async read(begin, end) {
      try {
        return new Uint8Array(await blob.slice(begin, end).arrayBuffer());
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== "NotReadableError") throw error;
        const cause = { cause: error };
        throw new Error(
          "a file of the model has been moved or changed since it was chosen: put it back as it was",
          cause,
        );
      }
    },
  };
}

/** Bytes in memory as a source; each read is a copy. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (begin, end) => Promise.resolve(new Uint8Array(bytes.subarray(begin, end))),
  };
}
