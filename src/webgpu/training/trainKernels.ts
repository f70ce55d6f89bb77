/** The kernels of scoring and training steps of a decoder, and the gradients of its projections. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, TokenRange } from "../weights/decoderWeights.ts";
import { layerKernels } from "../forward/forwardLayers.ts";
import { chunkTokens } from "../weights/headChunks.ts";
import { keyWidth, queryWidth, storedHeadDim } from "../layout/headPadding.ts";
import { read } from "../recording/kernel.ts";
import { attend } from "../kernels/attend/attend.ts";
import { attendBackwardKeys, attendBackwardQueries } from "../kernels/attendBackward/attendBackward.ts";
import { backProject, type ProjectionPart } from "../kernels/backProject/backProject.ts";
import { embed } from "../kernels/embed/embed.ts";
import { embeddingGradient } from "../kernels/embeddingGradient/embeddingGradient.ts";
import { gatedBackward } from "../kernels/gatedBackward/gatedBackward.ts";
import { headGradients, logitGradient } from "../kernels/headBackward/headBackward.ts";
import { headStatistics } from "../kernels/headStatistics/headStatistics.ts";
import { factorGradient } from "../kernels/lowRank/factorGradient.ts";
import { lowRankGradient } from "../kernels/lowRank/lowRank.ts";
import { lineSums, type LineTerm } from "../kernels/lineSums/lineSums.ts";
import { normBackward } from "../kernels/normBackward/normBackward.ts";
import { normHeadsBackward } from "../kernels/normHeads/normHeads.ts";
import { policyLoss } from "../kernels/policyLoss/policyLoss.ts";
import { normScored } from "../kernels/scored/scored.ts";
import { weightGradient } from "../kernels/weightGradient/weightGradient.ts";
import type { LayerWeights } from "../weights/layerWeights.ts";
import { innerParts, innerWidth, type LowRank } from "../weights/lowRank.ts";
import type { LayerLayout } from "../layout/parameterLayout.ts";
import { usualTeam } from "../recording/rowTeam.ts";
import { SLOPE_WGSL } from "../layout/scoredToken.ts";
import type { ProductVariant, TrainVariants } from "../kernelVariants/variants.ts";
import { NORM } from "../../decoder/parameterNames.ts";

const INPUT_NORM = "input_layernorm.weight";
const MLP_NORM = "post_attention_layernorm.weight";
const HEAD_NORMS = ["self_attn.q_norm.weight", "self_attn.k_norm.weight"];
/** Parameters of a value head, with the names of Hugging Face's token classification models. */
export const VALUE_WEIGHT = "score.weight";
export const VALUE_BIAS = "score.bias";

/** Weights of a decoder as kernels read them. */
type Readers = Pick<DecoderWeights, "layer" | "tokens" | "adapter">;

/** Lines per workgroup of an adapter's kernels in a micro-batch. */
const NARROW_LINES = 4;

/** Kernels of a forward pass; with `keep`, they also store what the backward pass reads. */
export function forwardKernels(
  shape: DecoderShape,
  weights: Readers,
  keep: boolean,
  value: boolean,
  variants: TrainVariants,
) {
  const { tokens } = weights;
  return {
    ...layerKernels(shape, weights, variants, { keep, adapterLines: NARROW_LINES }),
    embed: (range: TokenRange) => embed(shape, tokens, range),
    attend: attend(shape, keep),
    normScored: normScored(shape, { value, team: usualTeam(shape.width) }),
    headStatistics: (range: TokenRange) => headStatistics(shape, tokens, range),
    policyLoss: policyLoss(shape, { value, slopes: keep }),
  };
}

/** Kernels of a backward pass, without the gradients of parameters. */
export function backwardKernels(
  shape: DecoderShape,
  { layer, tokens, adapter }: Readers,
  { value, frozen }: { readonly value: boolean; readonly frozen: boolean },
  variants: TrainVariants,
) {
  const { width, normEpsilon } = shape;
  const lowRank = adapter?.lowRank ?? null;
  const { gateUp, output, qkv } = projections(shape);
  const chunk = chunkTokens(shape);
  return {
    logitGradient: logitGradient(shape, chunk, tokens),
    headGradients: headGradients(shape, chunk, { value, frozen }, tokens),
    headNorm: normBackward(width, normEpsilon, { offset: 0, residual: false, team: usualTeam(width) }),
    gatedBackward: gatedBackward(shape, layer, variants.gatedBackward, lowRank),
    mlpInput: backProject(layer, gateUp, variants.mlpInput, lowRank),
    mlpNorm: residualNorm(shape, layer, MLP_NORM),
    contextGradient: backProject(layer, output, variants.contextGradient, lowRank),
    attendBackwardQueries: attendBackwardQueries(shape),
    attendBackwardKeys: attendBackwardKeys(shape),
    normHeadsBackward: shape.qkNorm ? normHeadsBackward(shape, layer) : null,
    qkvInput: backProject(layer, qkv, variants.qkvInput, lowRank),
    inputNorm: residualNorm(shape, layer, INPUT_NORM),
  };
}

/** Kernels that accumulate the gradients of all parameters, in this layout. */
export function wholeGradientKernels(
  shape: DecoderShape,
  gradients: LayerLayout,
  value: boolean,
  variants: TrainVariants,
) {
  const { down, gateUp, output, qkv } = projections(shape);
  return {
    headSums: headSums(shape, value),
    embeddingGradient: embeddingGradient(shape.width),
    downGradient: weightGradient(gradients, down, null, variants.downGradient),
    gateUpGradient: weightGradient(gradients, gateUp, MLP_NORM, variants.gateUpGradient),
    mlpSums: lineSums(NORM_BINDINGS, [normTerm(shape)]),
    outputGradient: weightGradient(gradients, output, null, variants.outputGradient),
    qkvGradient: weightGradient(gradients, qkv, INPUT_NORM, variants.qkvGradient),
    inputSums: inputSums(shape),
  };
}

/** Groups of projections of a layer that share their input. */
export type ProductGroup = "down" | "gateUp" | "output" | "qkv";

/** Kernels of an adapter's gradients: for each adapted group, of its inner vectors and of its factors. */
export function factorKernels(
  shape: DecoderShape,
  layer: LayerWeights,
  lowRank: LowRank,
  variants: TrainVariants,
) {
  const { down, gateUp, output, qkv } = projections(shape);
  const pair = (group: readonly ProjectionPart[], norm: string | null, variant: ProductVariant) => {
    const parts = innerParts(
      lowRank,
      group.map(({ part }) => part),
    );
    if (parts.length === 0) return null;
    return {
      width: innerWidth(parts),
      inner: lowRankGradient(layer, lowRank, group, NARROW_LINES),
      factors: factorGradient(layer, lowRank, group, norm, variant),
    };
  };
  return {
    down: pair(down, null, variants.downGradient),
    gateUp: pair(gateUp, MLP_NORM, variants.gateUpGradient),
    output: pair(output, null, variants.outputGradient),
    qkv: pair(qkv, INPUT_NORM, variants.qkvGradient),
  };
}

/** Backward pass of a layer's norm, which accumulates onto the gradient of the residual connection. */
function residualNorm({ width, normEpsilon }: DecoderShape, layer: LayerWeights, part: string) {
  const offset = layer.offset(part);
  return normBackward(width, normEpsilon, { offset, residual: true, team: usualTeam(width) });
}

const NORM_BINDINGS = {
  x: read("array<vec4f>"),
  scales: read("array<f32>"),
  gradient: read("array<vec4f>"),
};

/** Contribution of a line to the gradient of a norm's weights. */
function normTerm({ width }: DecoderShape): LineTerm {
  const vectors = width / 4;
  const own = `line * ${vectors}u + column`;
  return { vectors, text: `gradient[${own}] * x[${own}] * scales[line]` };
}

/** Line sums of a layer's first norm and, if present, of biases and head norms. */
function inputSums(shape: DecoderShape) {
  const { qkvBias, qkNorm } = shape;
  const bindings = {
    ...NORM_BINDINGS,
    ...(qkvBias ? { queryGradient: read("array<vec4f>"), cacheGradient: read("array<vec4f>") } : {}),
    ...(qkNorm ? { heads: read("array<vec4f>") } : {}),
  };
  const biases = projections(shape).qkv.map(({ outputs, gradient, column, stride }) => ({
    vectors: outputs / 4,
    text: `${gradient}[line * ${stride / 4}u + ${column / 4}u + column]`,
  }));
  const terms = [normTerm(shape), ...(qkvBias ? biases : []), ...(qkNorm ? headTerms(shape) : [])];
  return lineSums(bindings, terms, qkNorm ? overHeads(shape) : "");
}

/** Contribution of a line to the gradients of the norms of queries and keys: a sum over its heads. */
function headTerms(shape: DecoderShape): LineTerm[] {
  const { heads, kvHeads } = shape;
  const vectors = storedHeadDim(shape) / 4;
  const from = (first: number, end: number): LineTerm => ({
    vectors,
    text: `overHeads(line, ${first}u, ${end}u, column)`,
  });
  return [from(0, heads), from(heads, heads + kvHeads)];
}

function overHeads(shape: DecoderShape): string {
  const vectors = storedHeadDim(shape) / 4;
  return `
fn overHeads(line: u32, first: u32, end: u32, column: u32) -> vec4f {
  var sum = vec4f();
  for (var head = first; head < end; head++) {
    sum += heads[(line * ${shape.heads + shape.kvHeads}u + head) * ${vectors}u + column];
  }
  return sum;
}`;
}

/** Line sums of the last norm and, if present, of the value head. */
function headSums({ width }: DecoderShape, value: boolean) {
  const vectors = width / 4;
  const own = `line * ${vectors}u + column`;
  const norm = {
    vectors,
    text: `gradient[${own}] * x[predictors[line] * ${vectors}u + column] * scales[predictors[line]]`,
  };
  const bindings = { ...NORM_BINDINGS, predictors: read("array<u32>") };
  if (!value) return lineSums(bindings, [norm]);
  return lineSums({ ...bindings, ...VALUE_BINDINGS }, [norm, ...valueTerms(width)], SLOPE_WGSL);
}

const VALUE_BINDINGS = { slopes: read("array<Slope>"), normed: read("array<vec4f>") };

/** Contribution of a scored line to the gradients of a value head's weights and bias. */
function valueTerms(width: number): LineTerm[] {
  const vectors = width / 4;
  return [
    { vectors, text: `slopes[line].byValue * normed[line * ${vectors}u + column]` },
    { vectors: 1, text: "vec4f(slopes[line].byValue, 0.0, 0.0, 0.0)" },
  ];
}

/** Line sums of a value head on frozen weights. */
export function valueSums({ width }: DecoderShape) {
  return lineSums(VALUE_BINDINGS, valueTerms(width), SLOPE_WGSL);
}

/** Parameters whose gradients each line sum computes: attention and MLP of each layer, then the head. */
export function summedParameters(shape: DecoderShape, value: boolean): string[][] {
  const named = (layer: number, ...parts: string[]): string[] =>
    parts.map((part) => `model.layers.${layer}.${part}`);
  const biases = shape.qkvBias
    ? projections(shape).qkv.map(({ part }) => part.replace("weight", "bias"))
    : [];
  const layers = Array.from({ length: shape.layers }, (_, layer) => [
    named(layer, INPUT_NORM, ...biases, ...(shape.qkNorm ? HEAD_NORMS : [])),
    named(layer, MLP_NORM),
  ]);
  return [...layers.flat(), [NORM, ...(value ? [VALUE_WEIGHT, VALUE_BIAS] : [])]];
}

/** The gradient that belongs to the outputs of each matrix. */
function projections(shape: DecoderShape) {
  const { width, hiddenWidth } = shape;
  const [queries, keys] = [queryWidth(shape), keyWidth(shape)];
  const part = (name: string, gradient: string, outputs: number, stride = outputs, column = 0) => ({
    part: `${name}.weight`,
    gradient,
    outputs,
    column,
    stride,
  });
  return {
    down: [part("mlp.down_proj", "outputGradient", width)],
    gateUp: [part("mlp.gate_proj", "gates", hiddenWidth), part("mlp.up_proj", "ups", hiddenWidth)],
    output: [part("self_attn.o_proj", "outputGradient", width)],
    qkv: [
      part("self_attn.q_proj", "queryGradient", queries),
      part("self_attn.k_proj", "cacheGradient", keys, 2 * keys),
      part("self_attn.v_proj", "cacheGradient", keys, 2 * keys, keys),
    ],
  };
}
