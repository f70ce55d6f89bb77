/** Assembles responses from the tokens read from the GPU, a few of each row at a time. */
import { at } from "../../math/at.ts";
import type { Generated } from "../../decoder/generation.ts";
import { lineProgress, OUTPUT_TOKENS, OUTPUT_WORDS, ROW_WORDS } from "../layout/rowState.ts";

/** A row being decoded. */
export interface DecodedRow {
  /** Index of its request. */
  readonly request: number;
  /** Its index in the outputs. */
  readonly slot: number;
}

export class Responses {
  readonly #eosTokens: readonly number[];
  readonly #maxTokens: number;
  readonly #responses: readonly Growing[];

  constructor(count: number, maxTokens: number, eosTokens: readonly number[]) {
    this.#eosTokens = eosTokens;
    this.#maxTokens = maxTokens;
    this.#responses = Array.from({ length: count }, () => ({ tokens: [], logprobs: [], entropy: 0 }));
  }

  /** Adds the tokens of these lines from a copy of all lines followed by the outputs; returns those that have ended. */
  add(lines: readonly DecodedRow[], copy: Uint32Array<ArrayBuffer>): DecodedRow[] {
    const floats = new Float32Array(copy.buffer);
    return lines.filter(({ request, slot }, line) => {
      const response = at(this.#responses, request);
      const { sampled, finished } = lineProgress(copy, line);
      const start = lines.length * ROW_WORDS + slot * OUTPUT_TOKENS * OUTPUT_WORDS;
      for (let token = response.tokens.length; token < sampled; token++) {
        const word = start + (token % OUTPUT_TOKENS) * OUTPUT_WORDS;
        const [logprob = Number.NaN, entropy = Number.NaN] = floats.subarray(word + 1, word + 3);
        if (!Number.isFinite(logprob))
          throw new Error("the model's logits are not finite: its weights are broken");
        response.tokens.push(at(copy, word));
        response.logprobs.push(logprob);
        response.entropy += entropy;
      }
      return finished;
    });
  }

  /** Returns the responses once all have ended. */
  finish(): Generated[] {
    return this.#responses.map(({ tokens, logprobs, entropy }) => {
      const finished = this.#eosTokens.includes(tokens.at(-1) ?? -1);
      if (!finished && tokens.length !== this.#maxTokens)
        throw new Error("a response ended before its end-of-sequence token and its limit");
      return {
        tokens: Int32Array.from(tokens),
        logprobs: Float32Array.from(logprobs),
        entropy: entropy / tokens.length,
        finished,
      };
    });
  }
}

interface Growing {
  readonly tokens: number[];
  readonly logprobs: number[];
  /** Sum over its tokens. */
  entropy: number;
}
