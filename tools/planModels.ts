/** `npx tsx tools/planModels.ts`: writes the memory tables of docs/MODELS.md, planned for the published configurations. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globals } from "webgpu";
import { at } from "../src/math/at.ts";
import { bytesText } from "../src/math/bytes.ts";
import { readModelConfig, type ModelConfig } from "../src/model/language/config.ts";
import type { MemoryPart } from "../src/model/memory/parts.ts";
import { TARGET_MODULES } from "../src/model/weights/adapter.ts";
import { runWorkload } from "../src/model/memory/runWorkload.ts";
import type { MemoryBudget } from "../src/model/contracts/memoryBudget.ts";
import type { Demand } from "../src/model/memory/demand.ts";

Object.assign(globalThis, globals); // such as GPUBufferUsage, which allocations use
const { graphMemory } = await import("../src/model/memory/graphMemory.ts"); // needs those globals

const DOCUMENT = new URL("../docs/MODELS.md", import.meta.url);
const CONFIGS = new URL("../src/model/fixtures/published/", import.meta.url);
/** Markers around the tables, whose columns are not aligned. */
const BEGIN = "<!-- planned memory: npx tsx tools/planModels.ts -->\n<!-- prettier-ignore-start -->";
const END = "<!-- prettier-ignore-end -->";

const ADAPTER = { rank: 16, alpha: 32, dropout: 0, targets: TARGET_MODULES };
const PRECISIONS = ["f16", "q8_0", "q4_0"] as const;
const MEMORIES = [8, 16, 24];
const LENGTHS = [4096, 2048, 1024, 512];
/** Response length of the table of parts. */
const LENGTH = 1024;
const PROMPT = 256;
/** Minimum and maximum number of rows decoded together. */
const [FEWEST, MOST] = [8, 64];
const ANY_BUFFER = { maxBufferSize: Infinity, maxStorageBufferBindingSize: Infinity, software: false };
const OF_ADAPTER: readonly MemoryPart[] = ["adapter", "gradients", "optimizer"];

/** Bytes of a run that trains on one response at a time. */
interface RunBytes {
  readonly base: number;
  readonly adapter: number;
  /** Per sampled row. */
  readonly row: number;
  /** Everything else. */
  readonly fixed: number;
}

async function runBytes(
  model: ModelConfig,
  basePrecision: (typeof PRECISIONS)[number],
  responseTokens: number,
): Promise<RunBytes> {
  const sampled = { questions: 1, responses: FEWEST };
  const demand: Demand = {
    sampled: [sampled],
    taught: null,
    trained: sampled,
    maxResponseTokens: responseTokens,
    initialModel: false,
    critic: false,
    rewardModel: false,
  };
  const row = 2 * model.layers * model.kvHeads * model.headDim * 4 * responseTokens;
  const budget: MemoryBudget = { microBatchTokens: 1, recompute: true, cacheBytes: 2 * FEWEST * row };
  const work = runWorkload(demand, [PROMPT], budget);
  const { parts } = await graphMemory({ model, adapter: ADAPTER, basePrecision }, work, ANY_BUFFER, budget);
  const sum = (counts: (part: MemoryPart) => boolean): number =>
    [...parts].reduce((total, [part, bytes]) => total + (counts(part) ? bytes : 0), 0);
  const base = sum((part) => part === "weights");
  const adapter = sum((part) => OF_ADAPTER.includes(part));
  const fixed = sum((part) => part !== "keys and values") - base - adapter;
  return { base, adapter, row: row + 4 * model.vocabulary, fixed };
}

/** Returns the longest response that fits with the number of rows decoded together, such as "16 × 2,048"; "–" if none fits. */
function largestSetting(byLength: readonly RunBytes[], memory: number): string {
  for (const [i, { base, adapter, row, fixed }] of byLength.entries()) {
    const rows = Math.min(MOST, Math.floor((memory - base - adapter - fixed) / row));
    if (rows >= FEWEST) return `${rows} × ${at(LENGTHS, i).toLocaleString("en")}`;
  }
  return "–";
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Returns the rows of a backbone in both tables. */
async function rowsOf(
  file: string,
): Promise<{ readonly parts: string; readonly largest: readonly string[] }> {
  const name = file.replace(/\.json$/, "");
  const config = readModelConfig(JSON.parse(readFileSync(new URL(file, CONFIGS), "utf8")));
  const bases: number[] = [];
  const others: number[] = [];
  const largest: string[] = [];
  for (const precision of PRECISIONS) {
    const byLength: RunBytes[] = [];
    for (const length of LENGTHS) byLength.push(await runBytes(config, precision, length));
    const settings = MEMORIES.map((memory) => largestSetting(byLength, memory * 2 ** 30));
    largest.push(row([largest.length === 0 ? name : "", precision, ...settings]));
    const { base, adapter, row: perRow, fixed } = at(byLength, LENGTHS.indexOf(LENGTH));
    bases.push(base);
    others.splice(0, others.length, adapter, perRow, fixed);
  }
  return { parts: row([name, ...[...bases, ...others].map(bytesText)]), largest };
}

/** Returns both tables. */
export async function plannedMemory(): Promise<string> {
  const names = readdirSync(CONFIGS).filter((name) => name.endsWith(".json"));
  const rows: Awaited<ReturnType<typeof rowsOf>>[] = [];
  for (const name of names.sort()) rows.push(await rowsOf(name));
  const bases = PRECISIONS.map((precision) => `base in ${precision}`);
  const tokens = `of ${LENGTH.toLocaleString("en")} tokens`;
  return [
    row(["backbone", ...bases, "adapter", `a row ${tokens}`, `training on one ${tokens}`]),
    row(["---", ...bases.map(() => "---:"), "---:", "---:", "---:"]),
    ...rows.map(({ parts }) => parts),
    "",
    row(["backbone", "base", ...MEMORIES.map((memory) => `${memory} GB`)]),
    row(["---", "---", ...MEMORIES.map(() => "---:")]),
    ...rows.flatMap(({ largest }) => largest),
  ].join("\n");
}

/** Returns the document with its tables replaced. */
export function withTables(document: string, tables: string): string {
  const start = document.indexOf(BEGIN);
  const end = document.indexOf(END, start);
  if (start < 0 || end < 0) throw new Error("docs/MODELS.md has no markers for the planned memory");
  return `${document.slice(0, start)}${BEGIN}\n\n${tables}\n\n${document.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, "utf8"), await plannedMemory()));
}
