/** Frozen weights under an adapter: one buffer in float32, several buffers in packed formats. */
import type { Gpu } from "../../webgpu/device/device.ts";
import { FrozenWeights } from "../../webgpu/weights/frozenWeights.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import { readWeight, type WeightSource } from "../../formats/numbers/weightSource.ts";
import type { BasePrecision } from "../../rl/config/adapterFields.ts";
import type { ModelConfig } from "../language/config.ts";
import { parameterShapes } from "../weights/parameters.ts";

export type FrozenBase = ParameterBuffer | FrozenWeights;

/** Allocates the frozen weights. Throws a `RangeError` if a buffer exceeds the GPU's limits. */
export function takeFrozenBase(gpu: Gpu, config: ModelConfig, precision: BasePrecision): FrozenBase {
  const shapes = parameterShapes(config);
  if (precision === "f32") return new ParameterBuffer(gpu, shapes, config.headDim, "frozen");
  return new FrozenWeights(gpu, config, shapes, precision);
}

/** Uploads the weights one tensor at a time. Rejects with a `RangeError` if the precision cannot hold a weight. */
export async function fillFrozenBase(
  base: FrozenBase,
  config: ModelConfig,
  weights: WeightSource,
): Promise<void> {
  if (base instanceof FrozenWeights) return base.upload({ get: (name) => readWeight(weights, name) });
  for (const name of parameterShapes(config).keys())
    base.upload(new Map([[name, await readWeight(weights, name)]]));
}
