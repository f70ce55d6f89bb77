/** `ttrl generate`: responses of a model as it is. */
import * as z from "zod";
import { createRandom } from "../../src/math/random.ts";
import type { SampleRequest } from "../../src/rl/contracts/policy.ts";
import type { Response } from "../../src/rl/contracts/types.ts";
import type { BackendChoice } from "../../src/report/backend.ts";
import { openMergedModel, type ModelSource } from "./adapterFile.ts";
import { startBackend } from "../backend.ts";
import { InputError } from "../inputError.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";
import { languageModelOf, openModelPolicy } from "./modelFile.ts";
import { frameOf, type PromptFlags } from "./promptFlags.ts";

export interface GenerateRequest extends ModelSource, PromptFlags {
  /** One prompt; else `prompts` names a file of them. */
  readonly prompt?: string;
  readonly prompts?: string;
  readonly count: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly greedy?: boolean;
  readonly logprobs?: boolean;
  readonly backend: BackendChoice;
}

const promptLine = z.object({ prompt: z.string(), id: z.optional(z.union([z.string(), z.number()])) });

type PromptLine = z.infer<typeof promptLine>;

/** Responses sampled together: lines appear while a long list of prompts is still being worked on. */
const ROWS_TOGETHER = 512;

/** Prints `count` responses to each prompt, in the order of the prompts. */
export async function generateResponses(request: GenerateRequest): Promise<void> {
  const { count, topP, maxTokens: maxResponseTokens } = request;
  const file = await openMergedModel(request);
  const prompts = await readPrompts(request);
  const model = languageModelOf(file, frameOf(request));
  const budget = model.config.maxPositions - maxResponseTokens;
  const tooLong = prompts.findIndex(({ prompt }) => model.tokenizer.encodePrompt(prompt).length > budget);
  if (tooLong >= 0)
    throw new InputError(
      `prompt ${tooLong + 1} is too long: it may have ${budget} tokens; lower --max-tokens`,
    );
  const started = await startBackend(request.backend);
  const { policy } = await openModelPolicy(file, model, started);
  const { fault } = started;
  const temperature = request.greedy === true ? 0 : request.temperature;
  const random = createRandom(request.seed);
  const size = Math.max(1, Math.floor(ROWS_TOGETHER / count));
  for (let first = 0; first < prompts.length; first += size) {
    const batch = prompts.slice(first, first + size);
    const requests = batch.map(({ prompt }): SampleRequest => ({
      prompt,
      seed: random.integer(0, 2 ** 31 - 1),
    }));
    const responses = await policy.sample(requests, { count, temperature, topP, maxResponseTokens }, fault);
    fault.throwIfAborted();
    for (const [i, line] of batch.entries()) {
      for (const response of responses[i] ?? [])
        writeJsonLine(lineOf(line, response, request.logprobs === true));
    }
  }
}

async function readPrompts({ prompt, prompts }: GenerateRequest): Promise<PromptLine[]> {
  if (prompt !== undefined) return [{ prompt }];
  const lines: PromptLine[] = [];
  for await (const line of readJsonLines(prompts ?? "-", promptLine)) lines.push(line);
  return lines;
}

function lineOf(
  { prompt, id }: PromptLine,
  { text, tokens, logprobs, finished }: Response,
  withLogprobs: boolean,
) {
  return {
    ...(id !== undefined && { id }),
    prompt,
    response: text,
    tokens: [...tokens],
    finished,
    ...(withLogprobs && { logprobs: [...logprobs] }),
  };
}
