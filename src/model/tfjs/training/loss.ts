/** Logprobs and entropies of tokens under a decoder: the input of every loss. */
import { at } from "../../../math/at.ts";
import { gatherRows } from "../../../ops/gatherRows/gatherRows.ts";
import { headLogprob } from "../../../ops/headLogprob/headLogprob.ts";
import * as tf from "../../../ops/tf.ts";
import { type TokenLogprob, tokenLogprob } from "../../../ops/tokenLogprob/tokenLogprob.ts";
import { causal, indices, packRows, type PackedRows } from "../packedRows.ts";
import { MAX_LOGITS } from "../../contracts/memoryBudget.ts";
import { causalWhole, shareRows, type SharedRows } from "../sharedPrompts.ts";
import { headOf, hiddenStates, logitsOf, type Decoder } from "../transformer.ts";

/** Rows of tokens, K of which are scored; token t of a row is predicted from tokens before t. */
export interface ScoredRows<Inputs = PackedRows | SharedRows> {
  /** Rows without their last tokens, which predict nothing. */
  readonly inputs: Inputs;
  /** Packed index of the hidden state that predicts each scored token: [K] */
  readonly predictors: Int32Array;
  /** The scored tokens: [K] */
  readonly targets: Int32Array;
}

/** Lays out rows to score the tokens from `firsts[i]` (at least 1) on of each row i. */
export function layOutScoredRows(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
): ScoredRows<PackedRows> {
  const inputs = packRows(rows.map(withoutLast));
  return { inputs, ...scoredTokens(rows, firsts, (row, t) => at(inputs.starts, row) + t) };
}

/** As `layOutScoredRows`, for responses that start at `first`; consecutive rows with the same prompt share it. */
export function layOutSharedRows(
  texts: readonly { readonly tokens: ArrayLike<number>; readonly first: number }[],
): ScoredRows<SharedRows> {
  const rows = texts.map(({ tokens }) => tokens);
  const firsts = texts.map(({ first }) => first);
  const inputs = shareRows(rows.map(withoutLast), firsts);
  const { starts, packedAt } = inputs.whole;
  return { inputs, ...scoredTokens(rows, firsts, (row, t) => at(packedAt, at(starts, row) + t)) };
}

function withoutLast(row: ArrayLike<number>): number[] {
  return Array.prototype.slice.call(row, 0, row.length - 1) as number[]; // of numbers, as the row is
}

/** Returns the scored tokens and their predictors; `placeOf` maps a row's token to its packed index. */
function scoredTokens(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
  placeOf: (row: number, t: number) => number,
) {
  const predictors: number[] = [];
  const targets: number[] = [];
  for (const [i, row] of rows.entries()) {
    for (let t = at(firsts, i); t < row.length; t++) {
      predictors.push(placeOf(i, t - 1));
      targets.push(row[t] as number); // t < row.length
    }
  }
  return { predictors: Int32Array.from(predictors), targets: Int32Array.from(targets) };
}

/** Returns logprobs and entropies [K] (nats) of the scored tokens under softmax(logits / temperature). */
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

/** Returns the hidden states [K, D] that predict the scored tokens. */
export function predictorStates(decoder: Decoder, { inputs, predictors }: ScoredRows): tf.Tensor {
  const attend =
    "whole" in inputs ? causalWhole(decoder.config, inputs.whole) : causal(decoder.config, inputs.starts);
  const hidden = hiddenStates(decoder, indices(inputs.tokens), indices(inputs.positions), attend);
  return gatherRows(hidden, indices(predictors));
}
