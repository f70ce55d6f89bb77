import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL, OUTPUT_TOKENS, OUTPUT_WGSL, ROW_WGSL } from "../../layout/rowState.ts";
import type { SampleTeam } from "../../kernelVariants/variants.ts";
import { choose } from "./choose.ts";
import { PHILOX_WGSL } from "./philox.ts";
import { reductions } from "./reductions.ts";

/**
 * Samples the next token of each row from its logits [M, V] and advances the row. Writes the token, its logprob and the
 * entropy of softmax(logits / temperature), before top-p, in nats. The random number depends only on seed, stream and index
 * in the response.
 */
export function sample({ vocabulary }: Pick<DecoderShape, "vocabulary">, team: SampleTeam = 1): Kernel {
  return defineKernel({
    name: "sample",
    ...(team === 1 ? {} : { workgroup: team }),
    bindings: {
      batch: uniform("Batch"),
      logits: read("array<f32>"),
      rows: write("array<Row>"),
      outputs: write("array<Output>"),
    },
    invocations: (lines) => lines * team,
    declarations: [
      BATCH_WGSL,
      ROW_WGSL,
      OUTPUT_WGSL,
      PHILOX_WGSL,
      reductions(team),
      choose(vocabulary, team),
      ADVANCE,
    ].join("\n"),
    body: start(team) + body(vocabulary, team),
  });
}

/** WGSL that makes the sampled token the next input unless it ends the response. */
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

/** WGSL that declares `line` and `member` and returns if the row has ended. */
function start(team: SampleTeam): string {
  if (team === 1)
    return `
  let line = id;
  let member = 0u;
  if (line >= batch.count || rows[line].finished != 0u) { return; }`;
  return `
  let line = group;
  let member = local;
  if (line >= batch.count) { return; }
  if (member == 0u) { isFinished = rows[line].finished; }
  if (workgroupUniformLoad(&isFinished) != 0u) { return; }`; // the whole team goes or stays
}

const body = (vocabulary: number, team: SampleTeam): string => `
  let row = rows[line];
  let start = line * ${vocabulary}u;
  let end = start + ${vocabulary}u;
  var top = Candidate(-3e38, ${vocabulary}u);
  for (var i = start + member; i < end; i += ${team}u) {
    if (logits[i] > top.logit) { top = Candidate(logits[i], i - start); }
  }
  let best = likelier(member, top);
  var weights = 0.0;
  var weighted = 0.0;
  for (var i = start + member; i < end; i += ${team}u) {
    let score = (logits[i] - best.logit) * batch.inverseTemperature;
    let weight = exp(score);
    weights += weight;
    weighted += weight * score;
  }
  let totals = sumOf(member, vec4f(weights, weighted, 0.0, 0.0));
  var token = best.token;
  if (batch.greedy == 0u) { token = choose(member, row, start, best.logit, totals.x); }
  ${team === 1 ? "" : "storageBarrier(); // all have read the row that one will write"}
  if (member != 0u) { return; }
  let logprob = (logits[start + token] - best.logit) * batch.inverseTemperature - log(totals.x);
  let entropy = log(totals.x) - totals.y / totals.x;
  outputs[row.output * ${OUTPUT_TOKENS}u + row.sampled % ${OUTPUT_TOKENS}u] = Output(token, logprob, entropy);
  advance(line, token);`;
