/**
 * Opens the checkpoints of random_models.py on one path of the lab and prints a line of JSON for each: the logprobs of its rows, a
 * greedy response and its logprobs, the largest difference of an update's logprobs from them, and the gradient norm; or an error.
 *   npx tsx tools/oracle/random_models.ts <cpu | wasm | webgpu | webgpu-operations> <cases.json>
 */
import { readFileSync } from "node:fs";
import { startBackend } from "../../cli/backend.ts";
import { openModelFile, openModelPolicy } from "../../cli/models/modelFile.ts";
import { PLAIN_UPDATE } from "../../src/model/fixture.ts";
import { readLanguageModel } from "../../src/model/language/languageModel.ts";
import type { TrainablePolicy } from "../../src/model/contracts/trainablePolicy.ts";
import type { BackendChoice } from "../../src/report/backend.ts";

interface Case {
  readonly place: string;
  readonly rows: readonly (readonly number[])[];
  readonly expected: { readonly greedy?: { readonly prompt: number[]; readonly tokens: number[] } } | null;
}

const [path = "", list = ""] = process.argv.slice(2);
const backend = await startBackend(path as BackendChoice); // checked there
for (const one of JSON.parse(readFileSync(list, "utf8")) as Case[])
  process.stdout.write(`${JSON.stringify(await outcome(one))}\n`);
process.exit(0); // Dawn keeps the process

async function outcome({ place, rows, expected }: Case): Promise<object> {
  try {
    const file = await openModelFile(place);
    const model = readLanguageModel(file.texts);
    const { policy } = await openModelPolicy(file, model, backend);
    const texts = rows.map((row) => ({
      tokens: Int32Array.from(row.slice(0, model.config.maxPositions)),
      first: 1,
    }));
    const flat = Array.from(await policy.scoreTexts(texts, 1));
    const scored = texts.map(({ tokens }) => flat.splice(0, tokens.length - 1));
    const { prompt = [], tokens = [] } = expected?.greedy ?? {};
    const fits = tokens.length > 0 && prompt.length + tokens.length <= model.config.maxPositions;
    const sampled = fits ? await sample(policy, model.tokenizer.decode(prompt), tokens) : {};
    await policy.dispose();
    return { scored, ...sampled };
  } catch (error) {
    const { cause, ...found } = errorOf(error);
    return { ...found, ...(cause instanceof Error && { name: cause.name }) };
  }
}

function errorOf(error: unknown): { name: string; error: string; cause?: unknown } {
  if (!(error instanceof Error)) return { name: "", error: String(error) };
  return { name: error.name, error: error.message, cause: error.cause };
}

/** Samples a greedy response to a prompt and trains on it. */
async function sample(policy: TrainablePolicy, prompt: string, expected: readonly number[]): Promise<object> {
  const sampling = { count: 1, temperature: 0, topP: 1, maxResponseTokens: expected.length };
  const response = (await policy.sample([{ prompt, seed: 1 }], sampling))[0]?.[0];
  if (response === undefined) throw new Error("there is no response");
  const advantages = new Float32Array(response.tokens.length).fill(1);
  const weight = 1 / response.tokens.length;
  const options = { ...PLAIN_UPDATE, gradientClip: 1e9 };
  const stats = await policy.update([{ prompt, response, advantages, weight }], options);
  return {
    tokens: Array.from(response.tokens),
    sampled: Array.from(response.logprobs),
    trained: stats.logprobGap,
    gradient: stats.gradientNorm,
  };
}
