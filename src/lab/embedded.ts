/** The model and the data set that the package contains. */
import { readDatasetText } from "../data/dataset.ts";
import { bytesSource } from "../formats/byteSource.ts";
import type { ModelFiles } from "./openModel.ts";
import type { NamedStudy } from "./study.ts";

/** Bundlers copy a file whose URL is a literal relative to `import.meta.url`. */
const MODEL = {
  "config.json": new URL("../../public/models/abacus-0.1M/config.json", import.meta.url),
  "generation_config.json": new URL(
    "../../public/models/abacus-0.1M/generation_config.json",
    import.meta.url,
  ),
  "model.safetensors": new URL("../../public/models/abacus-0.1M/model.safetensors", import.meta.url),
  "tokenizer.json": new URL("../../public/models/abacus-0.1M/tokenizer.json", import.meta.url),
  "tokenizer_config.json": new URL("../../public/models/abacus-0.1M/tokenizer_config.json", import.meta.url),
};

const WORD_PROBLEMS = new URL("../../public/datasets/word.json", import.meta.url);

/** Reads a file of the package. */
export type ReadAsset = (url: URL) => Promise<Uint8Array>;

/** Returns the files of the model abacus-0.1M. */
export async function embeddedModelFiles(read: ReadAsset): Promise<ModelFiles> {
  const files = Object.entries(MODEL).map(
    async ([name, url]) => [name, bytesSource(await read(url))] as const,
  );
  return new Map(await Promise.all(files));
}

/** Returns the 200 embedded word problems with their answers. */
export async function wordProblems(read: ReadAsset): Promise<NamedStudy> {
  const text = new TextDecoder().decode(await read(WORD_PROBLEMS));
  const { name, questions, answerKey, task } = await readDatasetText("word.json", text);
  return { name, study: { questions, answerKey, task } };
}
