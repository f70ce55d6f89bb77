/** Buffer layout of the shares of line sums, and the destination of each sum in the gradients. */
import { at } from "../../math/at.ts";
import type { BufferView } from "../recording/graph.ts";
import { LINE_SHARES } from "../kernels/lineSums/lineSums.ts";
import type { ParameterLayout } from "../layout/parameterLayout.ts";

const WORD = 4;
const VECTOR = 4;

export class LineSumPlan {
  /** Number of vectors summed. */
  readonly vectors: number;
  /** `Sum` of each vector. */
  readonly sums: BufferView;
  readonly shares: BufferView;
  readonly #blocks: readonly BufferView[];

  /** Each group lists the parameters whose gradients one kernel sums. */
  constructor(device: GPUDevice, { parameters }: ParameterLayout, groups: readonly (readonly string[])[]) {
    const targets = groups.map((names) =>
      names.flatMap((name) => {
        const placed = parameters.get(name);
        if (placed === undefined) throw new Error(`there is no parameter ${name}`);
        const { offset, size } = placed;
        return Array.from({ length: Math.ceil(size / VECTOR) }, (_, i) => offset / VECTOR + i);
      }),
    );
    let vectors = 0;
    const starts = targets.map(({ length }) => LINE_SHARES * ((vectors += length) - length));
    this.vectors = vectors;
    const words = targets.flatMap((group, i) =>
      group.flatMap((target, k) => [at(starts, i) + k, group.length, target]),
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
      offset: at(starts, i) * vectorBytes,
      size: LINE_SHARES * group.length * vectorBytes,
    }));
  }

  /** The range of the shares of a group. */
  block(group: number): BufferView {
    const block = this.#blocks[group];
    if (block === undefined) throw new Error(`no line sums for group ${group}`);
    return block;
  }

  dispose(): void {
    for (const { buffer } of [this.sums, this.shares]) buffer.destroy();
  }
}
