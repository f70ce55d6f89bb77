/** What a run trains, as far as its memory depends on it. */
import type { BasePrecision } from "../../rl/config/adapterFields.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import { adapterConfig, type AdapterConfig } from "../weights/adapter.ts";
import type { ModelConfig } from "../language/config.ts";

export interface TrainedParameters {
  readonly model: ModelConfig;
  /** What is trained in place of the model's weights; null trains them. */
  readonly adapter: AdapterConfig | null;
  /** How recorded graphs keep the weights under an adapter. */
  readonly basePrecision: BasePrecision;
}

/** What a configuration trains of a model. */
export function trainedParameters(model: ModelConfig, config: TtrlConfig): TrainedParameters {
  return { model, adapter: adapterConfig(config), basePrecision: config.basePrecision };
}
