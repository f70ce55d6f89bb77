import type { DecoderShape } from "../../decoderShape.ts";
import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL, OUTPUT_TOKENS, OUTPUT_WGSL, ROW_WGSL } from "../../rowState.ts";
import { PHILOX_WGSL } from "./philox.ts";

/**
 * Draws each row's next token from its logits [M, V] and moves the row on. Writes the token, its logprob and the entropy
 * of softmax(logits / temperature), before top-p, in nats. The random number is a function of seed, stream and place in
 * the response alone. One invocation: one row.
 */
export function sample({ vocabulary }: Pick<DecoderShape, "vocabulary">): Kernel {
  return defineKernel({
    name: "sample",
    bindings: {
      batch: uniform("Batch"),
      logits: read("array<f32>"),
      rows: write("array<Row>"),
      outputs: write("array<Output>"),
    },
    invocations: (lines) => lines,
    declarations: [BATCH_WGSL, ROW_WGSL, OUTPUT_WGSL, PHILOX_WGSL, NUCLEUS, choose(vocabulary), ADVANCE].join(
      "\n",
    ),
    body: body(vocabulary),
  });
}

/** How often the interval [-40, 0] of log probabilities is halved: to 2e-6. */
const HALVINGS = 24;

/**
 * WGSL: the score below which tokens are left out, by bisection instead of a sort. Scores are logits over temperature,
 * less the largest. Tokens that tie at the threshold are all kept.
 */
const NUCLEUS = `
fn massFrom(threshold: f32, start: u32, end: u32, largest: f32) -> f32 {
  var mass = 0.0;
  for (var i = start; i < end; i++) {
    let score = (logits[i] - largest) * batch.inverseTemperature;
    if (score >= threshold) { mass += exp(score); }
  }
  return mass;
}
fn nucleus(start: u32, end: u32, largest: f32, total: f32) -> f32 {
  if (batch.topP >= 1.0) { return -1e30; }
  var low = -40.0;
  var high = 0.0;
  for (var halving = 0; halving < ${HALVINGS}; halving++) {
    let middle = 0.5 * (low + high);
    if (massFrom(middle, start, end, largest) >= batch.topP * total) { low = middle; } else { high = middle; }
  }
  return low;
}`;

/** WGSL: inverse of the cumulative distribution over the nucleus, at a uniform random number. */
const choose = (vocabulary: number): string => `
fn choose(row: Row, start: u32, largest: f32, total: f32, best: u32) -> u32 {
  let end = start + ${vocabulary}u;
  let threshold = nucleus(start, end, largest, total);
  let random = philox(vec4u(row.sampled, row.stream, 0u, 0u), vec2u(row.seed, 0u)).x;
  var left = f32(random >> 8u) / 16777216.0 * massFrom(threshold, start, end, largest);
  for (var i = start; i < end; i++) {
    let score = (logits[i] - largest) * batch.inverseTemperature;
    if (score >= threshold) { left -= exp(score); }
    if (left < 0.0) { return i - start; }
  }
  return best; // rounding left a sliver at the end
}`;

/** WGSL: makes the drawn token the one to read next, unless it ends the response. */
const ADVANCE = `
fn advance(line: u32, token: u32) {
  var row = rows[line];
  row.sampled += 1u;
  row.finished = u32(row.sampled >= batch.maxTokens);
  for (var i = 0u; i < batch.eosCount; i++) {
    row.finished |= u32(token == batch.eos[i / 4u][i % 4u]);
  }
  if (row.finished == 0u) {
    row.token = token;
    row.position += 1u;
    row.write += 1u;
  }
  rows[line] = row;
}`;

const body = (vocabulary: number): string => `
  if (id >= batch.count || rows[id].finished != 0u) { return; }
  let row = rows[id];
  let start = id * ${vocabulary}u;
  var best = 0u;
  for (var i = 1u; i < ${vocabulary}u; i++) {
    if (logits[start + i] > logits[start + best]) { best = i; }
  }
  let largest = logits[start + best];
  var total = 0.0;
  var weighted = 0.0;
  for (var i = start; i < start + ${vocabulary}u; i++) {
    let score = (logits[i] - largest) * batch.inverseTemperature;
    let weight = exp(score);
    total += weight;
    weighted += weight * score;
  }
  var token = best;
  if (batch.greedy == 0u) { token = choose(row, start, largest, total, best); }
  let logprob = (logits[start + token] - largest) * batch.inverseTemperature - log(total);
  let entropy = log(total) - weighted / total;
  outputs[row.output * ${OUTPUT_TOKENS}u + row.sampled % ${OUTPUT_TOKENS}u] = Output(token, logprob, entropy);
  advance(id, token);`;
