/** For tests: a tiny random model and data set in a folder of their own, and the real program run on them. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelFolder } from "../src/formats/huggingface/modelFolder.ts";
import { writeModelFolder } from "../src/formats/huggingface/modelFolderFiles.ts";
import type { ModelConfig } from "../src/model/language/config.ts";
import { TINY_CONFIG, tinyFolder } from "../src/model/fixture.ts";
import { createTokenizer } from "../src/model/language/tokenizer.ts";
import { FakeHub } from "../src/hub/fixture.ts";
import { COMPILED_CLI } from "./compile.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Its head is its own, so that the letters can be raised. */
const TINY: ModelConfig = { ...TINY_CONFIG, layers: 1, tied: false };

/** A new folder with `model/` and `data.json` in it; call the second value when done. */
export function createWorkspace(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "ttrl-cli-"));
  writeTinyModel(join(folder, "model"));
  writeFileSync(join(folder, "data.json"), JSON.stringify(choiceQuestions(6)));
  writeFileSync(join(folder, "transfer.json"), JSON.stringify(choiceQuestions(3)));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A random model with a habit: every fourth token or so is a capital A to D, an answer to a multiple choice. */
function writeTinyModel(folder: string): void {
  const content = tinyFolder(5, TINY);
  const tokenizer = createTokenizer(content);
  // Every hidden state is large in its first coordinate, which raises the letters' logits by about 3.5.
  set(content, "model.embed_tokens.weight", [...Array(TINY.vocabulary).keys()], 1);
  set(
    content,
    "lm_head.weight",
    ["A", "B", "C", "D"].flatMap((letter) => [...tokenizer.encode(letter)]),
    0.9,
  );
  mkdirSync(folder);
  for (const [name, bytes] of writeModelFolder(content)) writeFileSync(join(folder, name), bytes);
}

/** Sets the first column of some rows. */
function set({ weights }: ModelFolder, name: string, rows: readonly number[], value: number): void {
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

/** Exit status and output of a finished program. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program that `npm run ttrl` runs, compiled beforehand; `onStart` may watch it and end it. */
export function ttrl(
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly onStart?: (child: ChildProcess) => void;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [COMPILED_CLI, ...args], {
    cwd: root,
    env: { ...process.env, ...options.env },
  });
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

/** Calls `kill` once metrics.jsonl in `out` has so many lines. */
export function killAfterLines(out: string, lines: number, kill: () => void): void {
  const watcher = watch(out, () => {
    if (!readdirSync(out).includes("metrics.jsonl")) return;
    if (readFileSync(join(out, "metrics.jsonl"), "utf8").split("\n").length <= lines) return;
    watcher.close();
    kill();
  });
}

/** Programs take a while to start on a busy machine. */
export const PATIENCE = 240_000;

/** A workspace with a Hub on this machine; programs keep its files in the workspace. */
export function createHubWorkspace(
  publish: (folder: string) => ConstructorParameters<typeof FakeHub>[0],
  env: Readonly<Record<string, string>> = {},
) {
  const { folder, remove } = createWorkspace();
  const at = (...path: string[]): string => join(folder, ...path);
  const hub = new FakeHub(publish(folder));
  writeFileSync(at("quick.json"), JSON.stringify(QUICK));
  return {
    at,
    hub,
    ask: (args: readonly string[], cache = "cache"): Promise<Finished> =>
      ttrl([...args, "--cache", at(cache)], { env: { HF_ENDPOINT: hub.endpoint, ...env } }),
    stop: async (): Promise<void> => {
      await hub.stop();
      remove();
    },
  };
}
