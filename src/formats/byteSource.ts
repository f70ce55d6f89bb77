/** Random access to the bytes of a file that need not be in memory. */
export interface ByteSource {
  readonly size: number;
  /** Returns a copy of bytes [begin, end). Rejects if they cannot be read. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Creates a source that reads from a blob on demand; the underlying file must not change. */
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
          "a model file has been moved or changed since it was selected: restore it or select it again",
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
