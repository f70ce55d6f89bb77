/** How a step's questions are split over several updates, and what the updates say together. */

/** From the first of a mini-batch's questions to before its last. */
export type Range = readonly [first: number, end: number];

/** Questions 0 to `count` - 1 in so many parts of about the same size; a question is never split. */
export function miniBatches(count: number, parts: number): Range[] {
  const all = Math.min(parts, count);
  const start = (part: number): number => Math.floor((part * count) / all);
  return Array.from({ length: all }, (_, part): Range => [start(part), start(part + 1)]);
}

/** Mean of a figure of several updates, each by its tokens. */
export function meanByTokens<Stats extends { readonly tokens: number }>(
  updates: readonly Stats[],
  figure: (update: Stats) => number,
): number {
  const tokens = updates.reduce((total, update) => total + update.tokens, 0);
  return updates.reduce((total, update) => total + (figure(update) * update.tokens) / tokens, 0);
}
