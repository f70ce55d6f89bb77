/** Reads a buffer back while later work is already under way: copies take turns in a few staging buffers. */
export class ReadRing {
  readonly #staging: readonly GPUBuffer[];
  #next = 0;

  /** At most `depth` copies may wait to be read. */
  constructor(device: GPUDevice, bytes: number, depth: number) {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    this.#staging = Array.from({ length: depth }, () =>
      device.createBuffer({ label: "staging", size: bytes, usage }),
    );
  }

  /** Records a copy of the first `bytes` of a buffer; call what is returned after submitting it. */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, bytes: number): () => Promise<Uint32Array> {
    const staging = this.#staging[this.#next] as GPUBuffer; // #next is in range
    this.#next = (this.#next + 1) % this.#staging.length;
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    return async () => {
      await staging.mapAsync(GPUMapMode.READ, 0, bytes);
      const words = new Uint32Array(staging.getMappedRange(0, bytes).slice(0));
      staging.unmap();
      return words;
    };
  }

  dispose(): void {
    for (const buffer of this.#staging) buffer.destroy();
  }
}
