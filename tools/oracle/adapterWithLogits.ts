/**
 * Puts an adapter in PEFT's format beside a model, as the lab trains it, and writes the logits of a few texts, for
 * check_peft.py to compare with PEFT's:
 *   npx tsx tools/oracle/adapterWithLogits.ts <model> <adapter folder> <logits.json>
 */
import { writeFileSync } from "node:fs";
import { readAdapterFile } from "../../cli/models/adapterFile.ts";
import { languageModelOf, openModelFile } from "../../cli/models/modelFile.ts";
import { allWeights } from "../../src/formats/numbers/weightSource.ts";
import * as tf from "../../src/ops/tf.ts";
import { adapterFromPeft } from "../../src/model/weights/adapter.ts";
import { causal, indices, packRows } from "../../src/model/tfjs/packedRows.ts";
import { uploadTensors } from "../../src/model/tfjs/tfParameters.ts";
import { TfModel } from "../../src/model/tfjs/tfModel.ts";
import { hiddenStates, logitsOf } from "../../src/model/tfjs/transformer.ts";

const TEXTS = ["What is 17 + 25?", "x = 3 * (4 - 9); \\boxed{-15}"];

const [from, folder, to] = process.argv.slice(2);
if (from === undefined || folder === undefined || to === undefined)
  throw new Error("name the model, the adapter's folder and the file to write");

await tf.setBackend("cpu");
const file = await openModelFile(from);
const model = new TfModel(languageModelOf(file), await allWeights(file.weights));
const adapter = adapterFromPeft(model.config, readAdapterFile(folder).content, 0);
const tensors = uploadTensors([...adapter.tensors.keys()], adapter.tensors);
const decoder = model.decoderWith(tensors, adapter);
writeFileSync(to, `${JSON.stringify(TEXTS.map(logitsOfText))}\n`);

/** The token ids of a text, and the logits [tokens, vocabulary] that follow each. */
function logitsOfText(text: string): { tokens: number[]; logits: unknown } {
  const tokens = model.tokenizer.encode(text);
  const { positions, starts } = packRows([tokens]);
  const attend = causal(model.config, starts);
  const hidden = hiddenStates(decoder, indices(tokens), indices(positions), attend);
  return { tokens: Array.from(tokens), logits: logitsOf(decoder, hidden).arraySync() };
}
