/** Reads buffers back while later work runs, through a ring of staging buffers. */

/** The first bytes of a buffer. */
interface Source {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
}

export class ReadRing {
  readonly #staging: readonly GPUBuffer[];
  #next = 0;

  /** At most `depth` copies may be pending. */
  constructor(device: GPUDevice, bytes: number, depth: number) {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    this.#staging = Array.from({ length: depth }, () =>
      device.createBuffer({ label: "staging", size: bytes, usage }),
    );
  }

  /** Records a copy of buffers, concatenated; call the returned function after submitting it to read the copy. */
  copy(encoder: GPUCommandEncoder, sources: readonly Source[]): () => Promise<Uint32Array<ArrayBuffer>> {
    const staging = this.#staging[this.#next] as GPUBuffer; // #next is in range
    this.#next = (this.#next + 1) % this.#staging.length;
    let end = 0;
    for (const { buffer, bytes } of sources) {
      encoder.copyBufferToBuffer(buffer, 0, staging, end, bytes);
      end += bytes;
    }
    return async () => {
      await staging.mapAsync(GPUMapMode.READ, 0, end);
      const words = new Uint32Array(staging.getMappedRange(0, end).slice(0));
      staging.unmap();
      return words;
    };
  }

  dispose(): void {
    for (const buffer of this.#staging) buffer.destroy();
  }
}
