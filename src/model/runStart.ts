/** What a run trains, as it begins or goes on: all weights, or an adapter beside them. */
import type { PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import { allWeights, weightsInMemory, type WeightSource } from "../formats/numbers/weightSource.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import { adapterConfig, adapterFromPeft, initialAdapter, type Adapter } from "./weights/adapter.ts";
import type { ModelConfig } from "./language/config.ts";
import type { HostTensor } from "./weights/parameters.ts";
import type { PolicyStart, TrainedState } from "./contracts/trainablePolicy.ts";

/** What a run's models begin with. */
interface RunStart {
  readonly policy: PolicyStart;
  /** What the policy was when the run began, all weights or the adapter's: companions begin so, KL is held against it. */
  readonly initial: ReadonlyMap<string, HostTensor>;
}

/** Where a run begins or goes on. */
interface RunOrigin {
  /** The model's weights. */
  readonly weights: WeightSource;
  /** The adapter to train on; null makes a new one where the configuration asks for one. */
  readonly adapter: PeftAdapter | null;
  /** Of the run that is continued; null for the beginning. */
  readonly saved: TrainedState | null;
  /** Whether the run needs the initial model beside the policy. */
  readonly keepsInitial: boolean;
}

/** All weights are read where they are trained. Rejects when an adapter does not fit the model. */
export async function runStart(
  model: ModelConfig,
  config: TtrlConfig,
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

function firstAdapter(model: ModelConfig, config: TtrlConfig, given: PeftAdapter | null): Adapter | null {
  const wanted = adapterConfig(config);
  if (wanted === null) return null;
  if (given === null) return initialAdapter(model, wanted, config.seed);
  return { ...adapterFromPeft(model, given, config.seed), dropout: wanted.dropout };
}
