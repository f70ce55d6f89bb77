/** Reads the numbers and texts of a GGUF file one after another, and never past its end. */

/** A GGUF file that cannot be read: what is wrong, at which byte, and what to do. */
export class GgufError extends Error {
  override readonly name = "GgufError";

  constructor(what: string, at: number | null, remedy = "Download it again, or convert the model anew.") {
    super(`GGUF file${at === null ? "" : `, byte ${at}`}: ${what}. ${remedy}`);
  }
}

/** Longer than any text of a model: chat templates have some 10 kB. */
const LONGEST_TEXT = 2 ** 24;

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte's offset. */
  get at(): number {
    return this.#at;
  }

  get size(): number {
    return this.#bytes.length;
  }

  get left(): number {
    return this.size - this.#at;
  }

  /** The file's first four bytes as letters. */
  magic(): string {
    return String.fromCharCode(...this.#bytes.subarray(this.#take(4), this.#at));
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  boolean(): boolean {
    const byte = this.uint8();
    if (byte > 1) throw new GgufError(`a truth value is ${byte}, neither 0 nor 1`, this.#at - 1);
    return byte === 1;
  }

  /** A 64-bit count of what follows; `what` names it. */
  count(what: string, most: number): number {
    const at = this.#at;
    const value = this.uint64();
    if (value > BigInt(most)) throw new GgufError(`the ${what} is ${value}, more than ${most}`, at);
    return Number(value);
  }

  text(): string {
    const at = this.#at;
    const length = this.count("length of a text", LONGEST_TEXT);
    const begin = this.#take(length);
    try {
      return this.#decoder.decode(this.#bytes.subarray(begin, begin + length));
    } catch {
      throw new GgufError("a text is not UTF-8", at);
    }
  }

  /** Moves past `length` bytes and returns where they begin. */
  #take(length: number): number {
    const begin = this.#at;
    if (length > this.left) {
      throw new GgufError(`it ends here, ${length} bytes were to follow and ${this.left} do`, begin);
    }
    this.#at += length;
    return begin;
  }
}
