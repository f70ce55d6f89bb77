/** For tests: a tiny random model and data set in a folder of their own, and the real program run on them. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeModelFolder, type JsonObject } from "../src/formats/modelFolder.ts";
import { writeModelConfig, type ModelConfig } from "../src/model/config.ts";
import { initialParameters, type HostTensor } from "../src/model/parameters.ts";
import { createTokenizer } from "../src/model/tokenizer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

const TINY: ModelConfig = {
  architecture: "llama",
  width: 16,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  hiddenWidth: 24,
  vocabulary: 464,
  maxPositions: 128,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tied: false,
  qkvBias: false,
  eosTokens: [2],
};

/** A new folder with `model/` and `data.json` in it; call the second value when done. */
export function createWorkplace(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "ttrl-cli-"));
  writeTinyModel(join(folder, "model"));
  writeFileSync(join(folder, "data.json"), JSON.stringify(choiceQuestions(6)));
  writeFileSync(join(folder, "transfer.json"), JSON.stringify(choiceQuestions(3)));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A random model with a habit: every fourth token or so is a capital A to D, an answer to a multiple choice. */
function writeTinyModel(folder: string): void {
  const read = (file: string): JsonObject =>
    JSON.parse(readFileSync(join(root, "public/models/tokenizer", file), "utf8")) as JsonObject; // our own files
  const [tokenizerJson, tokenizerConfig] = [read("tokenizer.json"), read("tokenizer_config.json")];
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
  const weights = initialParameters(TINY, 5);
  // Every hidden state is large in its first coordinate, which raises the letters' logits by about 3.5.
  set(weights, "model.embed_tokens.weight", [...Array(TINY.vocabulary).keys()], 1);
  set(
    weights,
    "lm_head.weight",
    ["A", "B", "C", "D"].flatMap((letter) => [...tokenizer.encode(letter)]),
    0.9,
  );
  const files = writeModelFolder({ config: writeModelConfig(TINY), weights, tokenizerJson, tokenizerConfig });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}

/** Sets the first column of some rows. */
function set(weights: Map<string, HostTensor>, name: string, rows: readonly number[], value: number): void {
  for (const row of rows) weights.get(name)!.data[row * TINY.width] = value;
}

function choiceQuestions(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    id: `q${i}`,
    prompt: `${i} + 1?\nA. ${i}\nB. ${i + 1}\nC. ${i + 2}\nD. ${i + 3}`,
    answer: "B",
    level: i % 2 === 0 ? "L1" : "L2",
  }));
}

/** Settings of a run that takes a moment, and still samples, votes, updates and evaluates. */
export const QUICK = {
  questionsPerStep: 4,
  votesPerQuestion: 8,
  rolloutsPerQuestion: 6,
  maxResponseTokens: 8,
  learningRate: 0.01,
  warmupSteps: 0,
  evaluateEvery: 2,
  evaluationSamples: 2,
  initialSamples: 4,
} as const;

/** What a finished program left behind. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as `npm run ttrl` does; `onStart` may watch it and end it. */
export function ttrl(
  args: readonly string[],
  options: { readonly input?: string; readonly onStart?: (child: ChildProcess) => void } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, ["--import", "tsx", "cli/ttrl.ts", ...args], { cwd: root });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output.stderr += data.toString()));
  child.stdin.on("error", () => {}); // a program that ends over its arguments reads no input
  child.stdin.end(options.input ?? "");
  options.onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, ...output }));
  });
}
