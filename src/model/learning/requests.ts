/** Sampling requests -> rows to decode; decoded rows -> responses. */
import type { Generated, RowRequest } from "../../decoder/generation.ts";
import type { SampleRequest, Sampling } from "../../rl/contracts/policy.ts";
import type { Response } from "../../rl/contracts/types.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import { checkTokens } from "../language/tokenIds.ts";
import type { Tokenizer } from "../language/tokenizer.ts";

/** Returns the tokens of each prompt, and `count` rows per prompt, grouped by prompt. Throws a `RangeError` if prompt plus response can exceed the model's context, or if a prompt has a token without an embedding. */
export function layOutRequests(
  { config, tokenizer }: LanguageModel,
  requests: readonly SampleRequest[],
  { count, first = 0, maxResponseTokens }: Sampling,
): { prompts: Int32Array[]; rows: RowRequest[] } {
  const prompts = requests.map(({ prompt }) => tokenizer.encodePrompt(prompt));
  for (const prompt of prompts) checkTokens(prompt, config.vocabulary);
  const longest = prompts.reduce((length, prompt) => Math.max(length, prompt.length), 0);
  if (longest + maxResponseTokens > config.maxPositions) {
    throw new RangeError(
      `a prompt of ${longest} tokens and a response of up to ${maxResponseTokens} exceed the model's context of ${config.maxPositions} tokens; ` +
        "lower the maximum response length or leave out the longest questions",
    );
  }
  const rows = requests.flatMap(({ seed }, prompt) =>
    Array.from({ length: count }, (_, i): RowRequest => ({ prompt, seed, stream: first + i })),
  );
  return { prompts, rows };
}

/** Groups decoded rows by prompt and decodes their text; every prompt has the same number of rows. */
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
