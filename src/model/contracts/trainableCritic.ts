/** A critic that can be checkpointed: a copy of the backbone, a value head and their optimizer. */
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import type { Critic } from "../../rl/contracts/critic.ts";
import type { ModelConfig } from "../language/config.ts";
import type { HostTensor } from "../weights/parameters.ts";

/** A critic on some backend. */
export interface TrainableCritic extends Critic {
  /** Returns the current weights, value head included, on the host. */
  weights(): Promise<Map<string, HostTensor>>;
  /** Returns the optimizer's state on the host. */
  optimizerState(): Promise<OptimizerState>;
  /** Releases all memory. */
  dispose(): Promise<void>;
}

export const VALUE_WEIGHT = "score.weight";
export const VALUE_BIAS = "score.bias";

/** Adds the value head to the shapes of a critic's trained tensors: weight [1, D] and bias [1]. */
export function withValueShapes(
  { width }: ModelConfig,
  shapes: ReadonlyMap<string, readonly number[]>,
): Map<string, readonly number[]> {
  return new Map([...shapes, [VALUE_WEIGHT, [1, width]], [VALUE_BIAS, [1]]]);
}

/** Adds a value head to weights without one. A new head is zero, so that all initial values are 0. */
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
