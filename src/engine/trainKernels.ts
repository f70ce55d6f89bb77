/** The kernels of a decoder's training step, and which gradients its projections take. */
import type { DecoderShape } from "./decoderShape.ts";
import { addProjection } from "./kernels/addProjection/addProjection.ts";
import { attend } from "./kernels/attend/attend.ts";
import { attendBackwardKeys, attendBackwardQueries } from "./kernels/attendBackward/attendBackward.ts";
import { backProject, type ProjectionPart } from "./kernels/backProject/backProject.ts";
import { biasGradient } from "./kernels/biasGradient/biasGradient.ts";
import { embed } from "./kernels/embed/embed.ts";
import { embeddingGradient } from "./kernels/embeddingGradient/embeddingGradient.ts";
import { gatedBackward } from "./kernels/gatedBackward/gatedBackward.ts";
import { gatedHidden } from "./kernels/gatedHidden/gatedHidden.ts";
import { head } from "./kernels/head/head.ts";
import { headInputGradient, headMatrixGradient } from "./kernels/headBackward/headBackward.ts";
import { normBackward } from "./kernels/normBackward/normBackward.ts";
import { normGradient } from "./kernels/normGradient/normGradient.ts";
import { policyLoss } from "./kernels/policyLoss/policyLoss.ts";
import { projectQkv } from "./kernels/projectQkv/projectQkv.ts";
import { gatherScored, scatterScored } from "./kernels/scored/scored.ts";
import { weightGradient } from "./kernels/weightGradient/weightGradient.ts";
import { vectorOffset, type LayerLayout } from "./parameterLayout.ts";

const INPUT_NORM = "input_layernorm.weight";
const MLP_NORM = "post_attention_layernorm.weight";

/** All kernels of a training step. */
export type TrainKernels = ReturnType<typeof trainKernels>;

/** Texts of the kernels of a decoder whose layers are laid out like this. */
export function trainKernels(shape: DecoderShape, layer: LayerLayout) {
  return { ...forward(shape, layer), ...backward(shape, layer), ...around(shape) };
}

function forward(shape: DecoderShape, layer: LayerLayout) {
  return {
    embed: embed(shape),
    projectQkv: projectQkv(shape, layer),
    attend: attend(shape, true),
    addAttention: addProjection(layer, "self_attn.o_proj.weight", true),
    gatedHidden: gatedHidden(shape, layer, true),
    addMlp: addProjection(layer, "mlp.down_proj.weight", true),
  };
}

/** Between the last layer's output and its gradient, and at the embedding. */
function around({ width, vocabulary, normEpsilon, ...rest }: DecoderShape) {
  return {
    gatherScored: gatherScored(width),
    head: head({ width, vocabulary, normEpsilon, ...rest }),
    policyLoss: policyLoss(vocabulary),
    headInputGradient: headInputGradient(width, vocabulary),
    headNorm: normBackward(width, normEpsilon, 0, false),
    headNormGradient: normGradient(width, 0),
    headMatrixGradient: headMatrixGradient(width, vocabulary),
    scatterScored: scatterScored(width),
    embeddingGradient: embeddingGradient(width),
  };
}

function backward(shape: DecoderShape, layer: LayerLayout) {
  const { width, normEpsilon } = shape;
  const { down, gateUp, output, qkv } = projections(shape);
  const norm = (part: string) => normBackward(width, normEpsilon, vectorOffset(layer, part), true);
  const biases = qkv.map((part) => ({ ...part, part: part.part.replace("weight", "bias") }));
  return {
    gatedBackward: gatedBackward(shape, layer),
    downGradient: weightGradient(layer, [down]),
    mlpInput: backProject(layer, gateUp),
    mlpNorm: norm(MLP_NORM),
    gateUpGradient: weightGradient(layer, gateUp, MLP_NORM),
    mlpNormGradient: normGradient(width, vectorOffset(layer, MLP_NORM)),
    contextGradient: backProject(layer, [output]),
    outputGradient: weightGradient(layer, [output]),
    attendBackwardQueries: attendBackwardQueries(shape),
    attendBackwardKeys: attendBackwardKeys(shape),
    qkvInput: backProject(layer, qkv),
    inputNorm: norm(INPUT_NORM),
    qkvGradient: weightGradient(layer, qkv, INPUT_NORM),
    inputNormGradient: normGradient(width, vectorOffset(layer, INPUT_NORM)),
    biasGradient: shape.qkvBias ? biasGradient(layer, biases) : null,
  };
}

/** Which gradients belong to the outputs of which matrix. */
function projections({ width, hiddenWidth, heads, kvHeads, headDim }: DecoderShape) {
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  const part = (name: string, gradient: string, stride: number, column = 0): ProjectionPart => ({
    part: `${name}.weight`,
    gradient,
    column,
    stride,
  });
  return {
    down: part("mlp.down_proj", "outputGradient", width),
    gateUp: [
      part("mlp.gate_proj", "gateGradient", hiddenWidth),
      part("mlp.up_proj", "upGradient", hiddenWidth),
    ],
    output: part("self_attn.o_proj", "outputGradient", width),
    qkv: [
      part("self_attn.q_proj", "queryGradient", queries),
      part("self_attn.k_proj", "cacheGradient", 2 * keys),
      part("self_attn.v_proj", "cacheGradient", 2 * keys, keys),
    ],
  };
}
