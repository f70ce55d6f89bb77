/** The weights under an adapter on the GPU: one buffer in float32, several in less. */
import type { Gpu } from "../engine/device.ts";
import { FrozenWeights } from "../engine/frozenWeights.ts";
import { ParameterBuffer } from "../engine/parameterBuffer.ts";
import type { BasePrecision } from "../rl/adapterFields.ts";
import type { ModelConfig } from "./config.ts";
import { parameterShapes } from "./parameters.ts";

export type FrozenBase = ParameterBuffer | FrozenWeights;

/** Takes its memory, to be uploaded to. Throws a `RangeError` when a buffer of it is too large for the GPU. */
export function takeFrozenBase(gpu: Gpu, config: ModelConfig, precision: BasePrecision): FrozenBase {
  const shapes = parameterShapes(config);
  if (precision === "f32") return new ParameterBuffer(gpu, shapes, config.headDim, "frozen");
  return new FrozenWeights(gpu, config, shapes, precision);
}
