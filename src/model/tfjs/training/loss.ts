/** Scores of tokens under a decoder, which every loss starts from, and the loss of pretraining. */
import { gatherRows } from "../../../ops/gatherRows/gatherRows.ts";
import { headLogprob } from "../../../ops/headLogprob/headLogprob.ts";
import * as tf from "../../../ops/tf.ts";
import type { TokenLogprob } from "../../../ops/tokenLogprob/result.ts";
import { tokenLogprob } from "../../../ops/tokenLogprob/tokenLogprob.ts";
import { causal, indices, packRows, type PackedRows } from "../packedRows.ts";
import { MAX_LOGITS } from "../../contracts/memoryBudget.ts";
import { causalWhole, shareRows, type SharedRows } from "../sharedPrompts.ts";
import { headOf, hiddenStates, logitsOf, type Decoder } from "../transformer.ts";

/** Rows of tokens and which of them a loss looks at: token t of a row is predicted from those before it. */
export interface ScoredRows<Inputs = PackedRows | SharedRows> {
  /** Rows without their last token, which predicts nothing. */
  readonly inputs: Inputs;
  /** For each of K scored tokens, the packed index whose hidden state predicts it: [K] */
  readonly predictors: Int32Array;
  /** The scored tokens: [K] */
  readonly targets: Int32Array;
}

/** Lays out rows for scoring every token from `firsts[i]` (at least 1) of row i on. */
export function layOutScoredRows(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
): ScoredRows<PackedRows> {
  const inputs = packRows(rows.map(withoutLast));
  return { inputs, ...scoredTokens(rows, firsts, (row, t) => (inputs.starts[row] ?? 0) + t) };
}

/** The same of responses that start at `firsts[i]`; neighbours with the same prompt share it. */
export function layOutSharedRows(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
): ScoredRows<SharedRows> {
  const inputs = shareRows(rows.map(withoutLast), firsts);
  const { starts, packedAt } = inputs.whole;
  return {
    inputs,
    ...scoredTokens(rows, firsts, (row, t) => packedAt[(starts[row] ?? 0) + t] as number), // t is in the row
  };
}

function withoutLast(row: ArrayLike<number>): number[] {
  return Array.prototype.slice.call(row, 0, row.length - 1) as number[]; // of numbers, as the row is
}

/** The scored tokens and their predictors; `placeOf` gives the packed index of a row's token. */
function scoredTokens(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
  placeOf: (row: number, t: number) => number,
) {
  const predictors: number[] = [];
  const targets: number[] = [];
  for (const [i, row] of rows.entries()) {
    for (let t = firsts[i] ?? 1; t < row.length; t++) {
      predictors.push(placeOf(i, t - 1));
      targets.push(row[t] as number); // t < row.length
    }
  }
  return { predictors: Int32Array.from(predictors), targets: Int32Array.from(targets) };
}

/** Logprob and entropy [K] of the scored tokens under softmax(logits / temperature). */
export function scoreTokens(
  decoder: Decoder,
  rows: ScoredRows,
  temperature: number,
  mostLogits = MAX_LOGITS,
): TokenLogprob {
  const states = predictorStates(decoder, rows);
  const targets = indices(rows.targets);
  if (targets.size * decoder.config.vocabulary > mostLogits) {
    const scaled = temperature === 1 ? states : tf.div(states, temperature);
    return headLogprob(scaled, headOf(decoder), targets, { mostLogits, frozen: decoder.adapter !== null });
  }
  const logits = logitsOf(decoder, states);
  return tokenLogprob(temperature === 1 ? logits : tf.div(logits, temperature), targets);
}

/** Hidden states [K, D] that predict the scored tokens. */
export function predictorStates(decoder: Decoder, { inputs, predictors }: ScoredRows): tf.Tensor {
  const attend =
    "whole" in inputs ? causalWhole(decoder.config, inputs.whole) : causal(decoder.config, inputs.starts);
  const hidden = hiddenStates(decoder, indices(inputs.tokens), indices(inputs.positions), attend);
  return gatherRows(hidden, indices(predictors));
}
