/** A trained model as a Hugging Face folder: the parts it was opened from, with the weights that the policy has now. */
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import type { PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import type { WeightSource } from "../formats/numbers/weightSource.ts";
import type { LanguageModel } from "./language/languageModel.ts";
import { parameterShapes } from "./weights/parameters.ts";
import type { TrainablePolicy } from "./contracts/trainablePolicy.ts";

/** The parts but for the weights, and the end of a response where the folder left that out. */
export function trainedTexts(folder: FolderTexts, { config }: LanguageModel): FolderTexts {
  return { ...folder, generationConfig: folder.generationConfig ?? { eos_token_id: config.eosTokens } };
}

/** The weights, each taken from the backend when its turn comes. */
export function trainedWeights(policy: TrainablePolicy): WeightSource {
  return {
    shapes: parameterShapes(policy.model.config),
    read: async (name) => (await policy.weight(name)).data,
  };
}

/** The adapter that was trained beside the model `base`; null where all weights were. */
export async function trainedAdapter(policy: TrainablePolicy, base: string): Promise<PeftAdapter | null> {
  if (policy.adapter === null) return null;
  const { rank, alpha, dropout, targets } = policy.adapter;
  return { rank, alpha, dropout, targets, base, tensors: await policy.weights() };
}
