/** The state a run starts or resumes from: all weights, or the base model and a LoRA adapter. */
import type { PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import { allWeights, weightsInMemory, type WeightSource } from "../formats/numbers/weightSource.ts";
import type { AdapterSettings } from "../rl/config/adapterFields.ts";
import { adapterConfig, adapterFromPeft, initialAdapter, type Adapter } from "./weights/adapter.ts";
import type { ModelConfig } from "./language/config.ts";
import type { HostTensor } from "./weights/parameters.ts";
import type { PolicyStart, TrainedState } from "./contracts/trainablePolicy.ts";

/** Initial state of a run's models. */
interface RunStart {
  readonly policy: PolicyStart;
  /** Trained tensors before step 1, of the model or its adapter: the start of companions and the KL reference. */
  readonly initial: ReadonlyMap<string, HostTensor>;
}

/** What a run starts or resumes from. */
interface RunOrigin {
  /** Weights of the base model. */
  readonly weights: WeightSource;
  /** Adapter to continue training; null initialises a new one if the configuration trains an adapter. */
  readonly adapter: PeftAdapter | null;
  /** State of a resumed run; null for a new run. */
  readonly saved: TrainedState | null;
  /** True if the run needs the initial model as KL reference. */
  readonly keepsInitial: boolean;
}

/** Settings of the trained parameters, and the seed of a new adapter. */
type RunStartConfig = AdapterSettings & { readonly seed: number };

/**
 * Prepares the initial state of a run. Reads all weights if they are trained; frozen weights stay a source, read tensor by
 * tensor. Rejects if the adapter does not fit the model.
 */
export async function runStart(
  model: ModelConfig,
  config: RunStartConfig,
  { weights, adapter: given, saved, keepsInitial }: RunOrigin,
): Promise<RunStart> {
  const adapter = firstAdapter(model, config, given);
  const initial = adapter?.tensors ?? (await allWeights(weights));
  const trained = saved?.weights ?? initial;
  return {
    initial,
    policy: {
      weights: adapter === null ? weightsInMemory(trained) : weights,
      adapter: adapter === null ? null : { ...adapter, tensors: trained },
      basePrecision: config.basePrecision,
      reference: keepsInitial ? initial : null,
      optimizer: saved?.optimizer ?? null,
    },
  };
}

function firstAdapter(model: ModelConfig, config: RunStartConfig, given: PeftAdapter | null): Adapter | null {
  const wanted = adapterConfig(config);
  if (wanted === null) return null;
  if (given === null) return initialAdapter(model, wanted, config.seed);
  return { ...adapterFromPeft(model, given, config.seed), dropout: wanted.dropout };
}
