/** Parameters of a decoder by Hugging Face name. */
import { elementCount } from "../../math/tensor.ts";
import { at } from "../../math/at.ts";
import { createRandom } from "../../math/random.ts";
import type { ModelConfig } from "../language/config.ts";

/** A tensor on the host. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Returns the name of a layer's parameter. */
export function layerName(layer: number, part: string): string {
  return `model.layers.${layer}.${part}`;
}

/** Returns the name of the output head [V, D]: the embedding if tied. */
export function headName(config: ModelConfig): string {
  return config.tied ? "model.embed_tokens.weight" : "lm_head.weight";
}

/** Returns name and shape of every parameter of a decoder, in a fixed order; matrices are [out, in]. */
export function parameterShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { width, hiddenWidth, vocabulary } = config;
  const queries = config.heads * config.headDim;
  const keys = config.kvHeads * config.headDim;
  const shapes = new Map<string, readonly number[]>([["model.embed_tokens.weight", [vocabulary, width]]]);
  for (let layer = 0; layer < config.layers; layer++) {
    const add = (part: string, ...shape: number[]): unknown => shapes.set(layerName(layer, part), shape);
    add("input_layernorm.weight", width);
    for (const [part, size] of [
      ["q_proj", queries],
      ["k_proj", keys],
      ["v_proj", keys],
    ] as const) {
      add(`self_attn.${part}.weight`, size, width);
      if (config.qkvBias) add(`self_attn.${part}.bias`, size);
    }
    if (config.qkNorm)
      for (const part of ["q_norm", "k_norm"]) add(`self_attn.${part}.weight`, config.headDim);
    add("self_attn.o_proj.weight", width, queries);
    if (config.outputBias) add("self_attn.o_proj.bias", width);
    add("post_attention_layernorm.weight", width);
    for (const [part, outputs, inputs] of [
      ["gate_proj", hiddenWidth, width],
      ["up_proj", hiddenWidth, width],
      ["down_proj", width, hiddenWidth],
    ] as const) {
      add(`mlp.${part}.weight`, outputs, inputs);
      if (config.mlpBias) add(`mlp.${part}.bias`, outputs);
    }
  }
  shapes.set("model.norm.weight", [width]);
  if (!config.tied) shapes.set("lm_head.weight", [vocabulary, width]);
  return shapes;
}

/** Returns the number of parameters of a decoder. */
export function parameterCount(config: ModelConfig): number {
  return [...parameterShapes(config).values()].reduce((total, shape) => total + elementCount(shape), 0);
}

/**
 * Returns random parameters: matrices N(0, 0.6 / sqrt(in)), embeddings N(0, 0.02), output and down projections
 * N(0, 0.02 / sqrt(2 L)) as in GPT-2, norms 1, biases 0; N(mean, standard deviation).
 */
export function initialParameters(config: ModelConfig, seed: number): Map<string, HostTensor> {
  const random = createRandom(seed);
  const parameters = new Map<string, HostTensor>();
  for (const [name, shape] of parameterShapes(config)) {
    const data = new Float32Array(elementCount(shape));
    if (name.endsWith("norm.weight")) data.fill(1);
    else if (!name.endsWith("bias")) {
      const scale = initialScale(name, shape, config.layers);
      for (let i = 0; i < data.length; i++) data[i] = scale * random.normal();
    }
    parameters.set(name, { shape, data });
  }
  return parameters;
}

function initialScale(name: string, shape: readonly number[], layers: number): number {
  if (name.includes("embed_tokens")) return 0.02;
  if (name.includes("o_proj") || name.includes("down_proj")) return 0.02 / Math.sqrt(2 * layers);
  return 0.6 / Math.sqrt(at(shape, 1));
}

/** Returns which tensors are missing or differ from the expected shapes; `source` introduces the expected shape. */
export function shapeProblems(
  expected: ReadonlyMap<string, readonly number[]>,
  shapeOf: (name: string) => readonly number[] | undefined,
  source: string,
): string[] {
  return [...expected].flatMap(([name, shape]) => {
    const found = shapeOf(name);
    if (found === undefined) return [`${name} is missing`];
    return found.join() === shape.join() ? [] : [`${name} is [${found.join()}], ${source} [${shape.join()}]`];
  });
}

/** Throws, naming the tensors, if any weight of a decoder is missing or has the wrong shape. */
export function checkWeights(config: ModelConfig, shapes: ReadonlyMap<string, readonly number[]>): void {
  const problems = shapeProblems(parameterShapes(config), (name) => shapes.get(name), "config.json says");
  if (problems.length > 0)
    throw new Error(`the weights do not fit config.json: ${problems.slice(0, 5).join("; ")}`);
}
