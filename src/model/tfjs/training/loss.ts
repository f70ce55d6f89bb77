/** Logprobs and entropies of tokens under a decoder: the input of every loss. */
import { at } from "../../../math/at.ts";
import { gatherRows } from "../../../ops/gatherRows/gatherRows.ts";
import { headLogprob } from "../../../ops/headLogprob/headLogprob.ts";
import * as tf from "../../../ops/tf.ts";
import { type TokenLogprob, tokenLogprob } from "../../../ops/tokenLogprob/tokenLogprob.ts";
import { causal, indices, packRows, type PackedRows } from "../packedRows.ts";
import { MAX_LOGITS } from "../../contracts/memoryBudget.ts";
import { headOf, hiddenStates, logitsOf, type Decoder } from "../transformer.ts";

/** Rows of tokens, K of which are scored; token t of a row is predicted from tokens before t. */
export interface ScoredRows {
  /** Rows without their last tokens, which predict nothing. */
  readonly inputs: PackedRows;
  /** Packed index of the hidden state that predicts each scored token: [K] */
  readonly predictors: Int32Array;
  /** The scored tokens: [K] */
  readonly targets: Int32Array;
}

/** Lays out rows to score the tokens from `firsts[i]` (at least 1) on of each row i; prompts are shared as by `packRows`. */
export function layOutScoredRows(
  rows: readonly ArrayLike<number>[],
  firsts: readonly number[],
  promptLengths?: readonly number[],
): ScoredRows {
  const withoutLast = (row: ArrayLike<number>): number[] => Array.from(row).slice(0, -1);
  const inputs = packRows(rows.map(withoutLast), promptLengths);
  const predictors: number[] = [];
  const targets: number[] = [];
  for (const [i, row] of rows.entries()) {
    const start = at(inputs.starts, i);
    for (let t = at(firsts, i); t < row.length; t++) {
      predictors.push(at(inputs.packedAt, start + t - 1));
      targets.push(row[t] as number); // t < row.length
    }
  }
  return { inputs, predictors: Int32Array.from(predictors), targets: Int32Array.from(targets) };
}

/** As `layOutScoredRows`, for responses that start at `first`; consecutive rows with the same prompt share it. */
export function layOutSharedRows(
  texts: readonly { readonly tokens: ArrayLike<number>; readonly first: number }[],
): ScoredRows {
  const firsts = texts.map(({ first }) => first);
  return layOutScoredRows(
    texts.map(({ tokens }) => tokens),
    firsts,
    firsts,
  );
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
  const attend = causal(decoder.config, inputs);
  const hidden = hiddenStates(decoder, indices(inputs.tokens), indices(inputs.positions), attend);
  return gatherRows(hidden, indices(predictors));
}
