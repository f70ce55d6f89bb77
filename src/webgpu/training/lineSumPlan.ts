/** Where the shares of sums over lines lie until the end of a pass, and where in the gradients each sum goes. */
import type { BufferView } from "../recording/graph.ts";
import { LINE_SHARES } from "../kernels/lineSums/lineSums.ts";
import type { ParameterLayout } from "../layout/parameterLayout.ts";

const WORD = 4;
const VECTOR = 4;

export class LineSumPlan {
  /** Vectors that are summed. */
  readonly vectors: number;
  /** `Sum` of each vector. */
  readonly sums: BufferView;
  readonly shares: BufferView;
  readonly #blocks: readonly BufferView[];

  /** Each group names parameters whose gradients one kernel sums side by side. */
  constructor(device: GPUDevice, { parameters }: ParameterLayout, groups: readonly (readonly string[])[]) {
    const targets = groups.map((names) =>
      names.flatMap((name) => {
        const { offset = 0, size = 0 } = parameters.get(name) ?? {};
        return Array.from({ length: Math.ceil(size / VECTOR) }, (_, i) => offset / VECTOR + i);
      }),
    );
    let vectors = 0;
    const starts = targets.map(({ length }) => LINE_SHARES * ((vectors += length) - length));
    this.vectors = vectors;
    const words = targets.flatMap((group, i) =>
      group.flatMap((target, k) => [(starts[i] ?? 0) + k, group.length, target]),
    );
    const vectorBytes = VECTOR * WORD;
    const { STORAGE, COPY_DST } = GPUBufferUsage;
    const create = (label: string, size: number): GPUBuffer =>
      device.createBuffer({ label, size, usage: STORAGE | COPY_DST });
    const sums = create("sums over lines", words.length * WORD);
    const shares = create("shares of sums", LINE_SHARES * this.vectors * vectorBytes);
    device.queue.writeBuffer(sums, 0, Uint32Array.from(words));
    [this.sums, this.shares] = [{ buffer: sums }, { buffer: shares }];
    this.#blocks = targets.map((group, i) => ({
      buffer: shares,
      offset: (starts[i] ?? 0) * vectorBytes,
      size: LINE_SHARES * group.length * vectorBytes,
    }));
  }

  /** Room for the shares of a group. */
  block(group: number): BufferView {
    const block = this.#blocks[group];
    if (block === undefined) throw new Error(`there is no group ${group} of sums`);
    return block;
  }

  dispose(): void {
    for (const { buffer } of [this.sums, this.shares]) buffer.destroy();
  }
}
