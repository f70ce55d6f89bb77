/** For tests: what the lab computes for a model's files. */
import { openPolicy } from "../model/openPolicy.ts";
import { readLanguageModel, type LanguageModel } from "../model/language/languageModel.ts";
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import { openModel, type ModelFiles } from "./openModel.ts";

interface Scored {
  readonly texts: FolderTexts;
  readonly model: LanguageModel;
  /** Logprobs of each row's tokens from the second, up to the end of the context. */
  readonly logprobs: readonly number[][];
}

/** Opens a model and scores rows of tokens on the current backend. */
export async function scored(files: ModelFiles, rows: readonly (readonly number[])[]): Promise<Scored> {
  const { texts, weights } = await openModel(files);
  const model = readLanguageModel(texts);
  const start = { weights, reference: null, optimizer: null };
  const { policy } = await openPolicy(model, start, "the test needs no GPU");
  const logprobs: number[][] = [];
  for (const row of rows) {
    const tokens = Int32Array.from(row.slice(0, model.config.maxPositions));
    logprobs.push(Array.from(await policy.scoreTexts([{ tokens, first: 1 }], 1)));
  }
  await policy.dispose();
  return { texts, model, logprobs };
}
