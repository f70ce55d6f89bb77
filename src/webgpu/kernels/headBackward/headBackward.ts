import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import {
  TILE,
  defineKernel,
  read,
  tiles,
  uniform,
  unroll,
  write,
  type Kernel,
} from "../../recording/kernel.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";
import { LOSS_WGSL, SLOPE_WGSL } from "../../layout/scoredToken.ts";
import { plainTokens, type TokenMatrix } from "../../weights/tokenMatrix.ts";
import { logitsTile } from "../headStatistics/headStatistics.ts";

/**
 * Backward pass of the head in chunks of the vocabulary. Logits are recomputed, so memory grows with the chunk size and not
 * with the vocabulary.
 */

/** A chunk: tokens from `start` on, at row `row` of the matrix; `first` is 1 for the first chunk, else 0. */
const CHUNK_WGSL = `
struct Chunk { start: u32, count: u32, first: u32, row: u32 }`;

/**
 * Gradient of the logits [K, chunk], zero for tokens past the vocabulary. One invocation: a tile of lines, four tokens.
 */
export function logitGradient(
  { width, vocabulary }: DecoderShape,
  chunk: number,
  tokens: TokenMatrix = plainTokens(width, vocabulary),
): Kernel {
  const columns = chunk / 4;
  return defineKernel({
    name: "logitGradient",
    bindings: {
      batch: uniform("Batch"),
      loss: uniform("Loss"),
      chunk: uniform("Chunk"),
      slopes: read("array<Slope>"),
      normed: read("array<vec4f>"),
      matrix: read(tokens.type),
      logitGradients: write("array<vec4f>"),
    },
    invocations: (lines) => tiles(lines) * columns,
    declarations: BATCH_WGSL + LOSS_WGSL + CHUNK_WGSL + SLOPE_WGSL + tokens.declarations + GRADIENT,
    body: `
  let first = id / ${columns}u * ${TILE}u;
  let row = id % ${columns}u * 4u;
  if (first >= batch.count || row >= chunk.count) { return; }
  ${logitsTile(width, tokens, "chunk.row + row")}
  ${unroll(TILE, (r) => `logitGradients[(first + ${r}u) * ${columns}u + row / 4u] = gradientOf(first + ${r}u, row, logits${r});`)}`,
  });
}

/** WGSL of the gradient of four logits of a line. */
const GRADIENT = `
fn gradientOf(line: u32, row: u32, logits: vec4f) -> vec4f {
  let slope = slopes[min(line, batch.count - 1u)];
  let places = row + vec4u(0u, 1u, 2u, 3u);
  let logprobs = logits * loss.inverseTemperature - slope.largest - slope.logTotal;
  let probabilities = exp(logprobs);
  let chosen = select(vec4f(), vec4f(1.0), chunk.start + places == vec4u(slope.token));
  let gradient = slope.byLogprob * (chosen - probabilities)
    + slope.byEntropy * probabilities * (logprobs + slope.entropy);
  return select(vec4f(), gradient, places < vec4u(chunk.count));
}`;

/**
 * Accumulates, from the gradient of a chunk's logits, the gradients of the normed input [K, D] and, unless the matrix [V, D]
 * is frozen, of the chunk's rows. With `value`, the first chunk also adds the gradient through the value head. One
 * invocation: a tile of lines or four tokens, and four columns.
 */
export function headGradients(
  { width, vocabulary }: DecoderShape,
  chunk: number,
  { value = false, frozen = false } = {},
  tokens: TokenMatrix = plainTokens(width, vocabulary),
): Kernel {
  const columns = width / 4;
  const ofMatrix = frozen ? 0 : (chunk / 4) * columns;
  return defineKernel({
    name: "headGradients",
    bindings: {
      batch: uniform("Batch"),
      chunk: uniform("Chunk"),
      logitGradients: read("array<vec4f>"),
      matrix: read(tokens.type),
      inputGradient: write("array<vec4f>"),
      ...(frozen ? {} : { normed: read("array<vec4f>"), gradients: write("array<vec4f>") }),
      ...(value ? { slopes: read("array<Slope>"), valueWeights: read("array<vec4f>") } : {}),
    },
    invocations: (lines) => ofMatrix + tiles(lines) * columns,
    declarations: BATCH_WGSL + CHUNK_WGSL + (value ? SLOPE_WGSL : "") + tokens.declarations,
    body: `
  let column = id % ${columns}u;
  ${frozen ? "" : matrixPart(columns, chunk / 4)}
  let first = (id - ${ofMatrix}u) / ${columns}u * ${TILE}u;
  if (first >= batch.count) { return; }
  ${inputPart(columns, chunk / 4, value, tokens)}`,
  });
}

/** WGSL of four rows of the matrix: the sum over lines. Skips rows past the vocabulary. */
const matrixPart = (columns: number, stride: number): string => `
  if (id < ${stride * columns}u) {
    let row = id / ${columns}u * 4u;
    if (row >= chunk.count) { return; }
    ${unroll(4, (k) => `var sum${k} = vec4f();`)}
    for (var line = 0u; line < batch.count; line++) {
      let value = normed[line * ${columns}u + column];
      let slope = logitGradients[line * ${stride}u + row / 4u];
      ${unroll(4, (k) => `sum${k} += slope[${k}] * value;`)}
    }
    ${unroll(4, (k) => `if (row + ${k}u < chunk.count) { gradients[(row + ${k}u) * ${columns}u + column] += sum${k}; }`)}
    return;
  }`;

/** WGSL of a tile of lines: the sum over the tokens of the chunk. */
const inputPart = (columns: number, stride: number, value: boolean, tokens: TokenMatrix): string => `
  ${unroll(TILE, (r) => `var sum${r} = vec4f();`)}
  if (chunk.first == 0u) {
    ${unroll(TILE, (r) => `sum${r} = inputGradient[(first + ${r}u) * ${columns}u + column];`)}
  }${
    value
      ? ` else {
    ${unroll(TILE, (r) => `sum${r} = slopes[min(first + ${r}u, batch.count - 1u)].byValue * valueWeights[column];`)}
  }`
      : ""
  }
  for (var row = 0u; row < chunk.count; row += 4u) {
    ${tokens.rows("chunk.row + row", "column")}
    ${unroll(TILE, (r) => `sum${r} += rowsBlock * logitGradients[(first + ${r}u) * ${stride}u + row / 4u];`)}
  }
  ${unroll(TILE, (r) => `inputGradient[(first + ${r}u) * ${columns}u + column] = sum${r};`)}`;
