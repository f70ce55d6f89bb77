/**
 * Opens a model folder, writes it out again as the lab exports it, and beside it the logits of a few texts, for
 * check_export.py to compare with PyTorch:
 *   npx tsx tools/oracle/exportWithLogits.ts <model folder> <new folder>
 *   python tools/oracle/check_export.py <new folder>
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModelFolder, writeModelFolder } from "../../src/formats/modelFolder.ts";
import * as tf from "../../src/kernels/tf.ts";
import { readLanguageModel } from "../../src/model/languageModel.ts";
import { TfModel } from "../../src/model/tfModel.ts";
import { causal, indices, packRows } from "../../src/model/packedRows.ts";
import { hiddenStates, logitsOf } from "../../src/model/transformer.ts";

const TEXTS = ["What is 17 + 25?", "x = 3 * (4 - 9); \\boxed{-15}", "Grüße, 世界 😀\n\ttab  and  spaces"];

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) throw new Error("name the model folder and the folder to write");

await tf.setBackend("cpu");
const names = readdirSync(from, { withFileTypes: true }).filter((entry) => entry.isFile());
const files = new Map(names.map(({ name }) => [name, new Uint8Array(readFileSync(join(from, name)))]));
const folder = readModelFolder(files);
const model = new TfModel(readLanguageModel(folder), folder.weights);

mkdirSync(to, { recursive: true });
for (const [path, bytes] of writeModelFolder({ ...folder, weights: await model.weights() })) {
  writeFileSync(join(to, path), bytes);
}
writeFileSync(join(to, "logits.json"), `${JSON.stringify(TEXTS.map(logitsOfText))}\n`);

/** A text, its token ids, and the logits [tokens, vocabulary] that follow each. */
function logitsOfText(text: string): { text: string; tokens: number[]; logits: unknown } {
  const tokens = model.tokenizer.encode(text);
  const { positions, starts } = packRows([tokens]);
  const attend = causal(model.config, starts);
  const hidden = hiddenStates(model.decoder, indices(tokens), indices(positions), attend);
  return { text, tokens: Array.from(tokens), logits: logitsOf(model.decoder, hidden).arraySync() };
}
