/** A contender of the comparison: a library that can decode with and train a decoder. */
import type { ModelConfig } from "../../src/model/language/config.ts";
import type { HostTensor } from "../../src/model/weights/parameters.ts";
import type { Row, Sampled } from "./workload.ts";

/** A decoder's architecture and weights. */
export interface BenchModel {
  readonly name: string;
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** Environment of a contender: a browser worker or a Node process. */
export interface Surroundings {
  readonly gpu: GPU | null;
  /** Reads a file that the page serves; null if there is none. */
  readonly file: (path: string) => Promise<Uint8Array<ArrayBuffer> | null>;
  /** Starts TensorFlow.js' WASM backend, with or without the fused kernels. */
  readonly startWasm: (kernels: boolean) => Promise<void>;
}

/** A model opened by a contender; its weights are trained in place. */
export interface Opened {
  /** Decodes responses of exactly `tokens` tokens, sampled at temperature 1 or greedily. */
  readonly decode:
    ((prompt: Int32Array, rows: number, tokens: number, greedy: boolean) => Promise<Sampled[]>) | null;
  /** Takes one optimizer step on the rows; returns the loss before it. */
  readonly train: ((rows: readonly Row[]) => Promise<number>) | null;
  /** False if the contender runs a model of its own, which is timed but not checked. */
  readonly sameWeights: boolean;
}

/** Opens a model with a contender. Rejects with `CannotRun` if it cannot run here. */
export type OpenContender = (model: BenchModel, surroundings: Surroundings) => Promise<Opened>;

/** A workload that a contender cannot run; the message is the reason given in the table. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}
