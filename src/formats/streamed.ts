/** A file generated piece by piece, whose length is known in advance. */
export interface Streamed {
  readonly bytes: number;
  /** Generates the content in order, in pieces of a few MB. A piece is valid only until the next one is requested. */
  readonly pieces: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A file to be written: in memory if small, else generated. */
export type Outgoing = Uint8Array | Streamed;

/** Returns the size of a file in bytes. */
export function bytesOf(file: Outgoing): number {
  return file instanceof Uint8Array ? file.length : file.bytes;
}

/** Returns the pieces of a file. */
export function piecesOf(file: Outgoing): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return file instanceof Uint8Array ? [file] : file.pieces();
}

/** Collects a small file in memory. */
export async function wholeFile(file: Outgoing): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(bytesOf(file));
  let at = 0;
  for await (const piece of piecesOf(file)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
