/**
 * The logits of a few texts as the lab computes them, for check_export.py to compare with PyTorch's:
 *   npx tsx tools/oracle/labLogits.ts <model folder or .gguf> > logits.json
 */
import { languageModelOf, openModelFile } from "../../cli/models/modelFile.ts";
import { allWeights } from "../../src/formats/numbers/weightSource.ts";
import * as tf from "../../src/ops/tf.ts";
import { TfModel } from "../../src/model/tfjs/tfModel.ts";
import { causal, indices, packRows } from "../../src/model/tfjs/packedRows.ts";
import { hiddenStates, logitsOf } from "../../src/model/tfjs/transformer.ts";

const TEXTS = ["What is 17 + 25?", "x = 3 * (4 - 9); \\boxed{-15}", "Grüße, 世界 😀\n\ttab  and  spaces"];

const [place] = process.argv.slice(2);
if (place === undefined) throw new Error("name the model");

await tf.setBackend("cpu");
const file = await openModelFile(place);
const model = new TfModel(languageModelOf(file), await allWeights(file.weights));
process.stdout.write(`${JSON.stringify(TEXTS.map(logitsOfText))}\n`);

/** A text, its token ids, and the logits [tokens, vocabulary] that follow each. */
function logitsOfText(text: string): { text: string; tokens: number[]; logits: unknown } {
  const tokens = model.tokenizer.encode(text);
  const { positions, starts } = packRows([tokens]);
  const attend = causal(model.config, starts);
  const hidden = hiddenStates(model.decoder, indices(tokens), indices(positions), attend);
  return { text, tokens: Array.from(tokens), logits: logitsOf(model.decoder, hidden).arraySync() };
}
