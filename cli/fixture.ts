/** For tests: a tiny random model and data set in a folder of their own, and the real program run on them. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeModelFolder, type JsonObject } from "../src/formats/modelFolder.ts";
import { writeModelConfig, type ModelConfig } from "../src/model/config.ts";
import { initialParameters } from "../src/model/parameters.ts";

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
  tied: true,
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

/** A random model: now and then it says a lone capital letter, which is an answer to a multiple choice. */
function writeTinyModel(folder: string): void {
  const tokenizer = (file: string): JsonObject =>
    JSON.parse(readFileSync(join(root, "public/models/tokenizer", file), "utf8")) as JsonObject; // our own files
  const files = writeModelFolder({
    config: writeModelConfig(TINY),
    weights: initialParameters(TINY, 5),
    tokenizerJson: tokenizer("tokenizer.json"),
    tokenizerConfig: tokenizer("tokenizer_config.json"),
  });
  mkdirSync(folder);
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
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
  votesPerQuestion: 16,
  rolloutsPerQuestion: 16,
  maxResponseTokens: 24,
  learningRate: 0.01,
  warmupSteps: 0,
  evaluateEvery: 2,
  evaluationSamples: 4,
  initialSamples: 8,
} as const;

/** What a finished program left behind. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as `npm run ttrl` does. `onStderr` sees each piece of standard error, and may end the program. */
export function ttrl(
  args: readonly string[],
  options: { input?: string; cwd?: string; onStderr?: (text: string, child: ChildProcess) => void } = {},
): Promise<Finished> {
  const program = [join(root, "node_modules/tsx/dist/cli.mjs"), join(root, "cli/ttrl.ts"), ...args];
  const child = spawn(process.execPath, program, { cwd: options.cwd ?? root });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => {
    output.stderr += data.toString();
    options.onStderr?.(data.toString(), child);
  });
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...output }));
  });
}
