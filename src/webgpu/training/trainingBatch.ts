/**
 * Packs rows of tokens into lines of the training graph, end to end and without their last tokens, which predict nothing.
 * Consecutive rows with the same prompt share its lines except for the last, which predicts a token of each row.
 */
import { at } from "../../math/at.ts";
import { TOKEN_LINES_WORDS } from "../kernels/embeddingGradient/embeddingGradient.ts";
import { packStates, type RowState } from "../layout/rowState.ts";
import { SCORED_WORDS } from "../layout/scoredToken.ts";

/** A row and the loss inputs of its tokens from `first` (at least 1) on, one array entry per token; empty arrays count as zeros. */
export interface TrainingRow {
  readonly tokens: Int32Array;
  readonly first: number;
  readonly advantages: ArrayLike<number>;
  /** Weights of the tokens in the policy loss, which define its aggregation; default 1. */
  readonly weights?: ArrayLike<number>;
  /** Logprobs of the tokens when they were sampled. */
  readonly oldLogprobs: ArrayLike<number>;
  /** Logprobs under the reference model, or null if the KL coefficient is 0. */
  readonly referenceLogprobs: ArrayLike<number> | null;
  /** Targets of the value head, if it is trained. */
  readonly values?: ValueTargets;
}

/** Value loss inputs of the scored tokens of a row. */
export interface ValueTargets {
  /** Values when the tokens were sampled, for clipping. */
  readonly old: ArrayLike<number>;
  readonly returns: ArrayLike<number>;
  /** Weights of the tokens in the value loss. */
  readonly weights: ArrayLike<number>;
}

type Words = Uint32Array<ArrayBuffer>;

/** A batch as kernels read it. */
export interface TrainingBatch {
  /** Number of lines, of scored tokens, and of distinct tokens: the sizes kernels run over. */
  readonly sizes: readonly [number, number, number];
  /** State of each line. */
  readonly rows: Words;
  /** The line that predicts each scored token. */
  readonly predictors: Words;
  /** Index of each line among the predictors plus 1; 0 for none. */
  readonly places: Words;
  /** `Scored` of each scored token. */
  readonly scored: Words;
  /** `TokenLines` of each distinct token. */
  readonly tokenLines: Words;
  /** Lines sorted by token. */
  readonly sortedLines: Words;
}

/** Lays out a batch; the loss of each token is divided by `normalizer`. */
export function layOutTraining(rows: readonly TrainingRow[], normalizer: number): TrainingBatch {
  const { states, starts } = layOutLines(rows);
  const predictors = rows.flatMap(({ tokens, first }, i) =>
    Array.from({ length: tokens.length - first }, (_, k) => at(starts, i) + k),
  );
  const places = new Uint32Array(states.length);
  for (const [place, line] of predictors.entries()) places[line] = place + 1;
  const { tokenLines, sortedLines } = linesByToken(states);
  const different = tokenLines.length / TOKEN_LINES_WORDS;
  return {
    sizes: [states.length, predictors.length, different],
    rows: packStates(states),
    predictors: Uint32Array.from(predictors),
    places,
    scored: scoredTokens(rows, predictors.length, normalizer),
    tokenLines,
    sortedLines,
  };
}

/** Returns the lines, and the first line of each row that it does not share. */
function layOutLines(rows: readonly TrainingRow[]): { states: RowState[]; starts: number[] } {
  const states: RowState[] = [];
  const starts: number[] = [];
  for (let i = 0; i < rows.length;) {
    const group = groupAt(rows, i);
    const prefixStart = states.length;
    const leader = at(group, 0);
    const shared = leader.first - 1;
    const ends = group.map(({ tokens }) => tokens.length - 1 - shared);
    const end = prefixStart + shared + ends.reduce((sum, own) => sum + own, 0);
    states.push(...linesOf(leader.tokens, 0, shared, { line: prefixStart, prefixStart, end }));
    for (const [member, { tokens }] of group.entries()) {
      const line = states.length;
      starts.push(line);
      const own = { line, prefixStart, end: line + at(ends, member) };
      states.push(...linesOf(tokens, shared, tokens.length - 1, own));
    }
    i += group.length;
  }
  return { states, starts };
}

/** The row at `start` and the rows after it with the same prompt. */
function groupAt(rows: readonly TrainingRow[], start: number): readonly TrainingRow[] {
  const [leader, ...others] = rows.slice(start);
  if (leader === undefined) return [];
  const different = others.findIndex(
    ({ tokens, first }) => first !== leader.first || !startAlike(tokens, leader.tokens, first - 1),
  );
  return [leader, ...(different < 0 ? others : others.slice(0, different))];
}

function startAlike(a: Int32Array, b: Int32Array, length: number): boolean {
  for (let t = 0; t < length; t++) if (a[t] !== b[t]) return false;
  return true;
}

/**
 * Lines of the tokens of a row in a range of positions. They attend to the row's first `from` tokens, from line
 * `prefixStart` on, and causally to each other; lines before `end` attend to them.
 */
function linesOf(
  tokens: Int32Array,
  from: number,
  to: number,
  { line, prefixStart, end }: { readonly line: number; readonly prefixStart: number; readonly end: number },
): RowState[] {
  return Array.from(tokens.subarray(from, to), (token, k): RowState => {
    const attended = { prefixStart, prefixLength: from, suffixStart: line };
    return { token, position: from + k, write: line + k, ...attended, seed: 0, stream: 0, output: 0, end };
  });
}

function scoredTokens(rows: readonly TrainingRow[], count: number, normalizer: number): Words {
  const scored = new Uint32Array(count * SCORED_WORDS);
  const floats = new Float32Array(scored.buffer);
  let word = 0;
  for (const row of rows) {
    checkLengths(row);
    for (let k = 0; row.first + k < row.tokens.length; k++, word += SCORED_WORDS) {
      scored[word] = at(row.tokens, row.first + k);
      floats.set(knownOf(row, k, normalizer), word + 1);
    }
  }
  return scored;
}

/** Throws unless each array of loss inputs is empty or has one entry per scored token. */
function checkLengths({ tokens, first, ...row }: TrainingRow): void {
  const { advantages, weights, oldLogprobs, referenceLogprobs, values } = row;
  const inputs = { advantages, weights, oldLogprobs, referenceLogprobs, ...values };
  for (const [name, input] of Object.entries(inputs)) {
    if (input == null || input.length === 0 || input.length === tokens.length - first) continue;
    throw new RangeError(`${name}: ${input.length} entries for ${tokens.length - first} scored tokens`);
  }
}

/** The fields of `Scored` after its token; those of empty arrays are 0. */
function knownOf(row: TrainingRow, k: number, normalizer: number): number[] {
  const { advantages, weights, oldLogprobs, referenceLogprobs, values } = row;
  const old = oldLogprobs[k] ?? 0;
  const weight = weights === undefined ? 1 : (weights[k] ?? 0);
  const policy = [weight / normalizer, advantages[k] ?? 0, old, referenceLogprobs?.[k] ?? old];
  const valueWeight = (values?.weights[k] ?? 0) / normalizer;
  return [...policy, valueWeight, values?.old[k] ?? 0, values?.returns[k] ?? 0];
}

function linesByToken(states: readonly RowState[]): { tokenLines: Words; sortedLines: Words } {
  const linesOf = new Map<number, number[]>();
  for (const [line, { token }] of states.entries()) {
    const lines = linesOf.get(token);
    if (lines) lines.push(line);
    else linesOf.set(token, [line]);
  }
  let end = 0;
  const tokenLines = [...linesOf].flatMap(([token, lines]) => [token, end, (end += lines.length)]);
  return {
    tokenLines: Uint32Array.from(tokenLines),
    sortedLines: Uint32Array.from([...linesOf.values()].flat()),
  };
}
