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
import type { TokenRange } from "../../weights/decoderWeights.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";
import { LOSS_WGSL, SCORED_WGSL } from "../../layout/scoredToken.ts";
import { plainTokens, type TokenMatrix } from "../../weights/tokenMatrix.ts";

/** Slices of the vocabulary that are reduced in parallel; their partials, four floats each, take at most the MLP's hidden width. */
export function vocabularySlices({ hiddenWidth }: DecoderShape): number {
  return Math.min(64, hiddenWidth / 4);
}

/**
 * WGSL that computes `logits0..3`: for each line of the tile from `first` on, the products of `normed` with the four rows of
 * `matrix` from the WGSL expression `row` on.
 */
export function logitsTile(width: number, tokens: TokenMatrix, row: string): string {
  const vectors = width / 4;
  return `
  ${unroll(TILE, (r) => `var logits${r} = vec4f();`)}
  for (var i = 0u; i < ${vectors}u; i++) {
    ${tokens.rows(row, "i")}
    ${unroll(TILE, (r) => `logits${r} += normed[(first + ${r}u) * ${vectors}u + i] * rowsBlock;`)}
  }`;
}

/**
 * Statistics of the softmax over the vocabulary, without storing logits: partials [K, slices] of each scored line and slice.
 * With s = logit / temperature, they are the maximum of s, the sum of e = exp(s - maximum), the sum of e (s - maximum), and
 * s of the scored token if it is in the slice, else 0. If the vocabulary is bound in shards, each shard updates the partials
 * of the shards before it. One invocation: a tile of lines, a strided subset of the tokens.
 */
export function headStatistics(
  shape: DecoderShape,
  tokens: TokenMatrix = plainTokens(shape.width, shape.vocabulary),
  { start, count }: TokenRange = { start: 0, count: shape.vocabulary },
): Kernel {
  const slices = vocabularySlices(shape);
  const partial = (r: number): string =>
    start === 0 ? "vec4f(-1e30, 0.0, 0.0, 0.0)" : `partials[(first + ${r}u) * ${slices}u + slice]`;
  return defineKernel({
    name: "headStatistics",
    bindings: {
      batch: uniform("Batch"),
      loss: uniform("Loss"),
      scored: read("array<Scored>"),
      normed: read("array<vec4f>"),
      matrix: read(tokens.type),
      partials: write("array<vec4f>"),
    },
    invocations: (lines) => tiles(lines) * slices,
    declarations: BATCH_WGSL + SCORED_WGSL + LOSS_WGSL + tokens.declarations + include(count),
    body: `
  let first = id / ${slices}u * ${TILE}u;
  if (first >= batch.count) { return; }
  let slice = id % ${slices}u;
  ${unroll(TILE, (r) => `var partial${r} = ${partial(r)}; let token${r} = scored[min(first + ${r}u, batch.count - 1u)].token - ${start}u;`)}
  for (var row = slice * 4u; row < ${count}u; row += ${slices * 4}u) {
    ${logitsTile(shape.width, tokens, "row")}
    ${unroll(TILE, (r) => `partial${r} = include(partial${r}, logits${r}, row, token${r});`)}
  }
  ${unroll(TILE, (r) => `partials[(first + ${r}u) * ${slices}u + slice] = partial${r};`)}`,
  });
}

/** WGSL that adds four tokens to a partial; the last ones may be past the vocabulary. */
const include = (count: number): string => `
fn include(partial: vec4f, logits: vec4f, row: u32, token: u32) -> vec4f {
  let places = row + vec4u(0u, 1u, 2u, 3u);
  let scores = select(vec4f(-1e30), logits * loss.inverseTemperature, places < vec4u(${count}u));
  let largest = max(partial.x, max(max(scores.x, scores.y), max(scores.z, scores.w)));
  let shifted = max(scores - largest, vec4f(-1e4)); // exp of less is 0 as well, and 0 times this is 0
  let weights = exp(shifted);
  let shift = max(partial.x - largest, -1e4);
  let decay = exp(shift);
  return vec4f(
    largest,
    partial.y * decay + dot(weights, vec4f(1.0)),
    decay * (partial.z + partial.y * shift) + dot(weights, shifted),
    partial.w + dot(select(vec4f(), scores, places == vec4u(token)), vec4f(1.0)),
  );
}`;
