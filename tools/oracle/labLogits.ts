/**
 * Prints the logits of a few texts as the lab computes them, with an adapter in PEFT's format if one is given; check_export.py and
 * check_peft.py compare them with PyTorch's:
 *   npx tsx tools/oracle/labLogits.ts <model folder or .gguf> [<adapter folder>] > logits.json
 */
import { readAdapterFile } from "../../cli/models/adapterFile.ts";
import { languageModelOf, openModelFile } from "../../cli/models/modelFile.ts";
import { allWeights } from "../../src/formats/numbers/weightSource.ts";
import { causal, indices, packRows } from "../../src/model/tfjs/packedRows.ts";
import { TfModel } from "../../src/model/tfjs/tfModel.ts";
import { uploadTensors } from "../../src/model/tfjs/tfParameters.ts";
import { hiddenStates, logitsOf, type Decoder } from "../../src/model/tfjs/transformer.ts";
import { adapterFromPeft } from "../../src/model/weights/adapter.ts";
import * as tf from "../../src/ops/tf.ts";

const TEXTS = ["What is 17 + 25?", "x = 3 * (4 - 9); \\boxed{-15}", "Grüße, 世界 😀\n\ttab  and  spaces"];

const [place, adapterFolder] = process.argv.slice(2);
if (place === undefined) throw new Error("the first argument must be the model's folder or file");

await tf.setBackend("cpu");
const file = await openModelFile(place);
const model = new TfModel(languageModelOf(file), await allWeights(file.weights));
const decoder = adapterFolder === undefined ? model.decoder : adapted(adapterFolder);
process.stdout.write(`${JSON.stringify(TEXTS.map(logitsOfText))}\n`);

function adapted(folder: string): Decoder {
  const adapter = adapterFromPeft(model.config, readAdapterFile(folder).content, 0);
  return model.decoderWith(uploadTensors([...adapter.tensors.keys()], adapter.tensors), adapter);
}

/** Returns a text, its token ids and the logits [tokens, V] of the token after each. */
function logitsOfText(text: string): { text: string; tokens: number[]; logits: unknown } {
  const tokens = model.tokenizer.encode(text);
  const packed = packRows([tokens]);
  const hidden = hiddenStates(
    decoder,
    indices(tokens),
    indices(packed.positions),
    causal(model.config, packed),
  );
  return { text, tokens: Array.from(tokens), logits: logitsOf(decoder, hidden).arraySync() };
}
