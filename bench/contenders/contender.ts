/** What is compared: a library that can decode and train a decoder. */
import type { ModelConfig } from "../../src/model/language/config.ts";
import type { HostTensor } from "../../src/model/weights/parameters.ts";
import type { Row, Sampled } from "./workload.ts";

/** A decoder's architecture and weights. */
export interface BenchModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** Where a contender's files are and which adapter it computes on: the browser's worker, or a process of Node. */
export interface Surroundings {
  readonly gpu: GPU | null;
  /** Contents of a file of this repository that the page serves, or null where there is none. */
  readonly file: (path: string) => Promise<Uint8Array<ArrayBuffer> | null>;
  /** Makes TensorFlow.js' WASM backend the current one; with our kernels where asked for. */
  readonly startWasm: (kernels: boolean) => Promise<void>;
}

/** A model opened by a contender. Weights are trained in place. */
export interface Opened {
  /** Responses of exactly `tokens` tokens to the prompt, sampled at temperature 1, or the most probable ones. */
  readonly decode:
    ((prompt: Int32Array, rows: number, tokens: number, greedy: boolean) => Promise<Sampled[]>) | null;
  /** One optimizer step on the rows; returns the loss before it. */
  readonly train: ((rows: readonly Row[]) => Promise<number>) | null;
  /** False where the model is not the one of the others: it is timed without being checked. */
  readonly sameWeights: boolean;
}

export interface Contender {
  readonly open: (model: BenchModel, surroundings: Surroundings) => Promise<Opened>;
}

/** Why a contender does not run something that it was asked to; what a reader of the table is told. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}
