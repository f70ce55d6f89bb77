/** The tensors of a model's files -> exactly the decoder's own parameters; every other tensor is refused by name. */
import type { WeightSource } from "../../formats/numbers/weightSource.ts";
import { at } from "../../math/at.ts";
import { elementCount } from "../../math/tensor.ts";
import type { ModelConfig } from "../language/config.ts";
import { parameterShapes, shapeProblems } from "./parameters.ts";

/** The weights of a model do not fit its configuration. */
export class WeightsError extends Error {
  override readonly name = "WeightsError";
}

/** A decoder's parameters, and whether its head is its embedding. */
export interface DecoderWeights {
  readonly weights: WeightSource;
  readonly tied: boolean;
  readonly notes: readonly string[];
}

const [EMBEDDING, HEAD] = ["model.embed_tokens.weight", "lm_head.weight"];

/** Buffers that older versions of transformers saved and that are computed from the configuration, as transformers does. */
const RECOMPUTED = /\.rotary_emb\.(inv_freq|cos_cached|sin_cached)$/;

/** Number of values compared at once. */
const PIECE = 2 ** 22;

/**
 * Returns the parameters of a decoder in the files of a model. An own head counts despite `tie_word_embeddings` if it differs from the
 * embedding, as in transformers. Rejects with `WeightsError`, naming tensors that are missing, that do not fit or that this
 * decoder would leave out.
 */
export async function decoderWeights(config: ModelConfig, source: WeightSource): Promise<DecoderWeights> {
  const hasHead = config.tied && source.shapes.has(HEAD) && source.shapes.has(EMBEDDING);
  const tied = config.tied && !(hasHead && (await differ(source, EMBEDDING, HEAD)));
  const expected = parameterShapes({ ...config, tied });
  const shapeOf = (name: string): readonly number[] | undefined => source.shapes.get(name);
  const problems = shapeProblems(expected, shapeOf, "config.json says");
  const isOurs = (name: string): boolean => expected.has(name) || (hasHead && name === HEAD);
  const others = [...source.shapes.keys()].filter((name) => !isOurs(name) && !RECOMPUTED.test(name));
  problems.push(...unusedProblems(others, config));
  if (problems.length > 0)
    throw new WeightsError(`the weights do not fit config.json: ${problems.slice(0, 5).join("; ")}`);
  const shapes = new Map([...source.shapes].filter(([name]) => expected.has(name)));
  const note = `config.json has tie_word_embeddings, but ${HEAD} differs from ${EMBEDDING}: the head in the file is used and trained apart from the embedding`;
  return { weights: { ...source, shapes }, tied, notes: tied === config.tied ? [] : [note] };
}

/** Kinds of tensors that a decoder does not use, with what to do; the first that matches counts. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\.lora_|\.modules_to_save\.|^base_model\./, "of an adapter: merge it with PEFT's merge_and_unload"],
  [
    /\.(qweight|qzeros|scales|g_idx|SCB|absmax|quant_map|quant_state\.\w+|nested_\w+|weight_(scale|packed|shape|zero_point|format)\w*|(in|out)put_scale|activation_scale)$/,
    "of quantised weights: choose the unquantised model, or a GGUF file",
  ],
  [
    /\.([qkvo]|gate|up|down)_proj\.bias$/,
    "a bias that config.json does not switch on: set attention_bias or mlp_bias if the model was trained with it, or remove it",
  ],
];

const FOREIGN =
  "not part of this decoder: check model_type, or remove the tensor if the model works without it";

/** Returns one sentence for each kind of tensors that the decoder would leave out, with the first tensor's name. */
function unusedProblems(names: readonly string[], { layers }: ModelConfig): string[] {
  const kinds = new Map<string, string[]>();
  for (const name of names) {
    const layer = /^model\.layers\.(\d+)\./.exec(name)?.[1];
    const kind =
      layer !== undefined && Number(layer) >= layers
        ? `of a layer beyond num_hidden_layers ${layers}: correct config.json`
        : (KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? FOREIGN);
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  return [...kinds].map(([kind, [first = "", ...more]]) => {
    const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
    return `${first}${others} is ${kind}`;
  });
}

/** True if two tensors differ in shape or in any value. */
async function differ(source: WeightSource, first: string, second: string): Promise<boolean> {
  const [one, other] = [source.shapes.get(first) ?? [], source.shapes.get(second) ?? []];
  if (one.join() !== other.join()) return true;
  const count = elementCount(one);
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(count, start + PIECE);
    const values = (await part(source, first, start, end)).slice(); // valid until the next read
    const others = await part(source, second, start, end);
    if (values.some((value, i) => value !== at(others, i))) return true;
  }
  return false;
}

async function part({ read, readPart }: WeightSource, name: string, start: number, end: number) {
  return readPart === undefined ? (await read(name)).subarray(start, end) : readPart(name, start, end);
}
