/** `ttrl score`: how likely a model finds given texts, token by token. */
import * as z from "zod";
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import type { TrainablePolicy } from "../../src/model/contracts/trainablePolicy.ts";
import type { BackendChoice } from "../../src/report/backend.ts";
import { openMergedModel, type ModelSource } from "./adapterFile.ts";
import { startBackend } from "../backend.ts";
import { InputError } from "../inputError.ts";
import { readJsonLines, writeJsonLine } from "../files/jsonLines.ts";
import { languageModelOf, openModelPolicy } from "./modelFile.ts";
import { frameOf, type PromptFlags } from "./promptFlags.ts";

export interface ScoreRequest extends ModelSource, PromptFlags {
  readonly in: string;
  readonly raw?: boolean;
  readonly temperature: number;
  readonly backend: BackendChoice;
}

const textLine = z
  .looseObject({
    prompt: z.optional(z.string()),
    text: z.optional(z.string()),
    tokens: z.optional(z.array(z.int().check(z.nonnegative()))),
  })
  .check(z.refine(({ text, tokens }) => (text ?? tokens) !== undefined, 'neither "text" nor "tokens"'));

type TextLine = z.infer<typeof textLine>;

/** A text laid out: what it follows, and its own tokens. */
interface Row {
  readonly context: Int32Array;
  readonly tokens: Int32Array;
}

/** Prints each line with its tokens, their logprobs and the sum. */
export async function scoreTexts(request: ScoreRequest): Promise<void> {
  const { system, suffix, template, templateArg } = request;
  if (request.raw === true && system + suffix + (template ?? "") + (templateArg ?? []).join("") !== "")
    throw new InputError(
      "--raw uses texts verbatim: leave out --system, --suffix, --template and --template-arg",
    );
  const file = await openMergedModel(request);
  const model = languageModelOf(file, frameOf(request));
  const started = await startBackend(request.backend);
  const { policy } = await openModelPolicy(file, model, started);
  let count = 0;
  for await (const line of readJsonLines(request.in, textLine)) {
    const row = layOut(line, model, request.raw === true ? null : model.tokenizer.beginning);
    checkRow(row, model, ++count);
    const logprobs = await score(row, policy, request.temperature);
    started.fault.throwIfAborted();
    const sum = logprobs.reduce<number>((total, logprob) => total + (logprob ?? 0), 0);
    writeJsonLine({ ...line, tokens: [...row.tokens], logprobs, sum });
  }
}

/** `beginning` is null for verbatim texts. */
function layOut(
  { prompt, text, tokens }: TextLine,
  { tokenizer }: LanguageModel,
  beginning: string | null,
): Row {
  const own = tokens === undefined ? tokenizer.encode(text ?? "") : Int32Array.from(tokens);
  if (beginning === null) return { context: tokenizer.encode(prompt ?? ""), tokens: own };
  if (prompt === undefined) return { context: tokenizer.encode(beginning), tokens: own };
  return { context: tokenizer.encodePrompt(prompt), tokens: own };
}

function checkRow({ context, tokens }: Row, { config }: LanguageModel, line: number): void {
  const length = context.length + tokens.length;
  if (length > config.maxPositions) {
    throw new InputError(
      `text ${line}: ${length} tokens exceed the model's ${config.maxPositions} positions; shorten it`,
    );
  }
  const foreign = tokens.find((token) => token >= config.vocabulary);
  if (foreign !== undefined) {
    throw new InputError(
      `text ${line}: token ${foreign} is not of this model, which has ${config.vocabulary} tokens`,
    );
  }
}

/** Logprob of each token; null for a token that nothing comes before. */
async function score(
  { context, tokens }: Row,
  policy: TrainablePolicy,
  temperature: number,
): Promise<(number | null)[]> {
  const text = Int32Array.from([...context, ...tokens]);
  const first = Math.max(context.length, 1);
  if (first >= text.length) return Array.from(tokens, () => null);
  const values = await policy.scoreTexts([{ tokens: text, first }], temperature);
  return context.length === 0 ? [null, ...values] : [...values];
}
