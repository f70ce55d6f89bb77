/** One buffer with all host inputs of a micro-batch, uploaded in a single write. */
import { at } from "../../math/at.ts";
import type { Gpu } from "../device/device.ts";
import type { BufferView } from "../recording/graph.ts";
import { TOKEN_LINES_WORDS } from "../kernels/embeddingGradient/embeddingGradient.ts";
import { BATCH_BYTES, packSettings, ROW_WORDS } from "../layout/rowState.ts";
import { LOSS_BYTES, packLoss, SCORED_WORDS, type LossSettings } from "../layout/scoredToken.ts";
import type { TrainingBatch } from "./trainingBatch.ts";

/** Capacity in lines and scored tokens. */
export interface TrainingCapacity {
  readonly lines: number;
  readonly scored: number;
}

const WORD = 4;
/** Alignment of bound ranges in bytes, as WebGPU requires. */
const ALIGNMENT = 256;

type Section = keyof ReturnType<typeof sectionWords>;

function sectionWords({ lines, scored }: TrainingCapacity) {
  return {
    lineBatch: BATCH_BYTES / WORD,
    scoredBatch: BATCH_BYTES / WORD,
    tokenBatch: BATCH_BYTES / WORD,
    loss: LOSS_BYTES / WORD,
    rows: lines * ROW_WORDS,
    predictors: scored,
    places: lines,
    scored: scored * SCORED_WORDS,
    tokenLines: lines * TOKEN_LINES_WORDS,
    sortedLines: lines,
  };
}

export class TrainingUpload {
  readonly #gpu: Gpu;
  readonly #buffer: GPUBuffer;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #starts = new Map<string, number>();
  /** Ranges that kernels bind; the first three are the batch's settings for each of its sizes. */
  readonly views: Readonly<Record<Section, BufferView>>;

  constructor(gpu: Gpu, capacity: TrainingCapacity) {
    this.#gpu = gpu;
    let bytes = 0;
    const placed = Object.entries(sectionWords(capacity)).map(([name, words]) => {
      const range = { offset: bytes, size: words * WORD };
      this.#starts.set(name, bytes / WORD);
      bytes += Math.ceil(range.size / ALIGNMENT) * ALIGNMENT;
      return [name, range] as const;
    });
    this.#words = new Uint32Array(bytes / WORD);
    const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
    const usage = STORAGE | UNIFORM | COPY_DST;
    const buffer = gpu.device.createBuffer({ label: "micro-batch", size: bytes, usage });
    this.#buffer = buffer;
    const views = placed.map(([name, range]) => [name, { buffer, ...range }]);
    this.views = Object.fromEntries(views) as Record<Section, BufferView>; // names of all sections
  }

  /** Uploads a batch within the capacity. */
  write(batch: TrainingBatch, loss: LossSettings): void {
    const none = { maxTokens: 0, temperature: 1, topP: 1, eosTokens: [] };
    const settings = batch.sizes.map((count) => new Uint32Array(packSettings({ ...none, count })));
    for (const [i, section] of (["lineBatch", "scoredBatch", "tokenBatch"] as const).entries())
      this.#put(section, at(settings, i));
    this.#put("loss", new Uint32Array(packLoss(loss).buffer));
    for (const section of ["rows", "predictors", "places", "scored", "tokenLines", "sortedLines"] as const)
      this.#put(section, batch[section]);
    this.#gpu.device.queue.writeBuffer(this.#buffer, 0, this.#words);
  }

  #put(section: Section, words: ArrayLike<number>): void {
    const start = this.#starts.get(section);
    if (start === undefined) throw new Error(`there is no section ${section}`);
    this.#words.set(words, start);
  }

  dispose(): void {
    this.#buffer.destroy();
  }
}
