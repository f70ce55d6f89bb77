/** The trained parameters of a run, as far as memory depends on them. */
import type { AdapterSettings, BasePrecision } from "../../rl/config/adapterFields.ts";
import { adapterConfig, type AdapterConfig } from "../weights/adapter.ts";
import type { ModelConfig } from "../language/config.ts";

export interface TrainedParameters {
  readonly model: ModelConfig;
  /** The trained adapter; null if all weights are trained. */
  readonly adapter: AdapterConfig | null;
  /** Storage precision of the frozen weights under an adapter, on recorded graphs. */
  readonly basePrecision: BasePrecision;
}

/** Returns what a configuration trains of a model. */
export function trainedParameters(model: ModelConfig, config: AdapterSettings): TrainedParameters {
  return { model, adapter: adapterConfig(config), basePrecision: config.basePrecision };
}
