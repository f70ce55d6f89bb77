/** Requests of the method -> prompts and rows to decode, and decoded rows -> responses. */
import type { Generated, RowRequest } from "../../decoder/generation.ts";
import type { SampleRequest, Sampling } from "../../rl/contracts/policy.ts";
import type { Response } from "../../rl/contracts/types.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { Tokenizer } from "../language/tokenizer.ts";

/** Prompts as tokens, and `count` rows for each, one prompt after the other. */
interface RequestedRows {
  readonly prompts: readonly Int32Array[];
  readonly rows: readonly RowRequest[];
}

/** Lays out requests. Throws, saying what to change, when prompt and response exceed the model's positions. */
export function layOutRequests(
  { config, tokenizer }: LanguageModel,
  requests: readonly SampleRequest[],
  { count, first = 0, maxResponseTokens }: Sampling,
): RequestedRows {
  const prompts = requests.map(({ prompt }) => tokenizer.encodePrompt(prompt));
  const longest = prompts.reduce((length, prompt) => Math.max(length, prompt.length), 0);
  if (longest + maxResponseTokens > config.maxPositions) {
    throw new RangeError(
      `a prompt of ${longest} tokens and a response of up to ${maxResponseTokens} exceed the model's ${config.maxPositions} positions; ` +
        "lower the longest response or leave out the longest questions",
    );
  }
  const rows = requests.flatMap(({ seed }, prompt) =>
    Array.from({ length: count }, (_, i): RowRequest => ({ prompt, seed, stream: first + i })),
  );
  return { prompts, rows };
}

/** Responses by prompt, as many for each. */
export function toResponses(
  tokenizer: Tokenizer,
  prompts: readonly Int32Array[],
  generated: readonly Generated[],
): Response[][] {
  const count = generated.length / prompts.length;
  return prompts.map(({ length: promptTokens }, i) =>
    generated.slice(i * count, (i + 1) * count).map(({ tokens, ...measured }): Response => ({
      text: tokenizer.decode(tokens),
      tokens,
      promptTokens,
      ...measured,
    })),
  );
}
