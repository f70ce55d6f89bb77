/** A critic with what a run needs beside it: a copy of the backbone, a value head and their own optimizer. */
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import type { Critic } from "../../rl/contracts/critic.ts";
import type { ModelConfig } from "../language/config.ts";
import type { HostTensor } from "../weights/parameters.ts";

/** A critic on one way of computing it. */
export interface TrainableCritic extends Critic {
  /** The weights now, those of the value head included, on the host. */
  weights(): Promise<Map<string, HostTensor>>;
  /** Everything beside the weights that the next update depends on, on the host. */
  optimizerState(): Promise<OptimizerState>;
  /** Gives all memory back. */
  dispose(): Promise<void>;
}

export const VALUE_WEIGHT = "score.weight";
export const VALUE_BIAS = "score.bias";

/** Shapes of what a critic trains: of a decoder or an adapter, and a value head from the decoder's hidden states. */
export function withValueShapes(
  { width }: ModelConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
): Map<string, readonly number[]> {
  return new Map([...shapes, [VALUE_WEIGHT, [1, width]], [VALUE_BIAS, [1]]]);
}

/** The weights with a value head; a new one is zero, so that a critic starts by saying 0 of everything. */
export function withValueHead(
  { width }: ModelConfig,
  weights: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  const zeros: readonly [string, HostTensor][] = [
    [VALUE_WEIGHT, { shape: [1, width], data: new Float32Array(width) }],
    [VALUE_BIAS, { shape: [1], data: new Float32Array(1) }],
  ];
  return new Map([...zeros, ...weights]);
}
