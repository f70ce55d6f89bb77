/** Splits a step's questions over several updates, and averages the updates' statistics. */

/** Indices of a mini-batch's questions: [first, end). */
export type Range = readonly [first: number, end: number];

/** Splits questions 0 to `count` - 1 into `parts` ranges of about the same size; a question is never split. */
export function miniBatches(count: number, parts: number): Range[] {
  const all = Math.min(parts, count);
  const start = (part: number): number => Math.floor((part * count) / all);
  return Array.from({ length: all }, (_, part): Range => [start(part), start(part + 1)]);
}

/** Returns the token-weighted mean of a statistic over several updates. */
export function meanByTokens<Stats extends { readonly tokens: number }>(
  updates: readonly Stats[],
  figure: (update: Stats) => number,
): number {
  const tokens = updates.reduce((total, update) => total + update.tokens, 0);
  return updates.reduce((total, update) => total + (figure(update) * update.tokens) / tokens, 0);
}
