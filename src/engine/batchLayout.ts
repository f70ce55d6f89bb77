/** Prompts and the rows that continue them -> lines of the graph, and what they need room for. */
import type { RowRequest } from "./generation.ts";
import type { RowState } from "./rowState.ts";

/**
 * Lines of a batch. The prefill reads each prompt but for its last token, once; each row then starts by reading that
 * token itself, which gives its first logits. A row's own keys and values follow those of all prompts in the cache.
 */
export interface BatchLayout {
  /** One line for each prompt token but the last ones. */
  readonly prefill: readonly RowState[];
  /** One line for each request. */
  readonly rows: readonly RowState[];
  /** Entries of the cache. */
  readonly entries: number;
}

/** Lays out a batch whose responses have up to `maxTokens` tokens. */
export function layOutBatch(
  prompts: readonly Int32Array[],
  requests: readonly RowRequest[],
  maxTokens: number,
): BatchLayout {
  const starts: number[] = [];
  const prefill: RowState[] = [];
  for (const prompt of prompts) {
    if (prompt.length === 0) throw new Error("a prompt has no tokens");
    const start = prefill.length;
    starts.push(start);
    for (const [position, token] of prompt.subarray(0, -1).entries())
      prefill.push(promptLine(token, position, start));
  }
  const rows = requests.map(({ prompt, seed, stream }, output): RowState => {
    const tokens = prompts[prompt];
    const prefixStart = starts[prompt];
    if (tokens === undefined || prefixStart === undefined) throw new Error(`there is no prompt ${prompt}`);
    const suffixStart = prefill.length + output * maxTokens;
    const position = tokens.length - 1;
    const token = tokens[position] as number; // no prompt is empty
    const prefix = { prefixStart, prefixLength: position, suffixStart };
    return { token, position, write: suffixStart, ...prefix, seed, stream, output };
  });
  return { prefill, rows, entries: prefill.length + requests.length * maxTokens };
}

/** A prompt token attends to those before it, and to itself. */
function promptLine(token: number, position: number, start: number): RowState {
  const write = start + position;
  const prefix = { prefixStart: start, prefixLength: position, suffixStart: write };
  return { token, position, write, ...prefix, seed: 0, stream: 0, output: 0 };
}
