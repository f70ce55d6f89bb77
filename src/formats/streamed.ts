/** A file that is written while it is made: its length is known before its first byte. */
export interface Streamed {
  readonly bytes: number;
  /** From the first byte to the last, some MB at most at a time. A piece may be overwritten when the next is asked for. */
  readonly pieces: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A file as it goes out: whole where it is small. */
export type Outgoing = Uint8Array | Streamed;

/** Bytes of a file. */
export function bytesOf(file: Outgoing): number {
  return file instanceof Uint8Array ? file.length : file.bytes;
}

/** The pieces of a file. */
export function piecesOf(file: Outgoing): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return file instanceof Uint8Array ? [file] : file.pieces();
}

/** All of a small file. */
export async function wholeFile(file: Outgoing): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(bytesOf(file));
  let at = 0;
  for await (const piece of piecesOf(file)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
