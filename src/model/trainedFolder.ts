/** A trained model as a Hugging Face folder: the files it was opened from, with the policy's current weights. */
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import type { PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import type { WeightSource } from "../formats/numbers/weightSource.ts";
import type { LanguageModel } from "./language/languageModel.ts";
import { parameterShapes } from "./weights/parameters.ts";
import type { TrainablePolicy } from "./contracts/trainablePolicy.ts";

/** Returns the folder's text files, with the end-of-sequence tokens in generation_config.json if it was missing. */
export function trainedTexts(folder: FolderTexts, { config }: LanguageModel): FolderTexts {
  return { ...folder, generationConfig: folder.generationConfig ?? { eos_token_id: config.eosTokens } };
}

/** Returns the current weights, any adapter merged; each tensor is read from the backend on demand. */
export function trainedWeights(policy: TrainablePolicy): WeightSource {
  return {
    shapes: parameterShapes(policy.model.config),
    read: async (name) => (await policy.weight(name)).data,
  };
}

/** Returns the trained adapter of the base model named `base`; null if all weights were trained. */
export async function trainedAdapter(policy: TrainablePolicy, base: string): Promise<PeftAdapter | null> {
  if (policy.adapter === null) return null;
  const { rank, alpha, dropout, targets } = policy.adapter;
  return { rank, alpha, dropout, targets, base, tensors: await policy.weights() };
}
