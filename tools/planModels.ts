/** `npx tsx tools/planModels.ts`: writes the tables of memory in docs/MODELS.md, by the planner, from the published configurations. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globals } from "webgpu";
import { bytesText } from "../src/math/bytes.ts";
import { readModelConfig, type ModelConfig } from "../src/model/config.ts";
import type { MemoryPart } from "../src/model/memory/parts.ts";
import { adapterBytes, baseBytes, type BasePrecision } from "../src/model/memory/packedBase.ts";
import { workOfRun } from "../src/model/memory/runWork.ts";
import type { Room } from "../src/model/room.ts";
import type { Demand } from "../src/rl/demand.ts";

Object.assign(globalThis, globals); // GPUBufferUsage and the like, which allocating names
const { graphMemory } = await import("../src/model/memory/graphMemory.ts"); // its backend needs those globals

const DOCUMENT = new URL("../docs/MODELS.md", import.meta.url);
const CONFIGS = new URL("../src/model/fixtures/published/", import.meta.url);
/** What stands around the tables; their columns are not aligned. */
const BEGIN = "<!-- planned memory: npx tsx tools/planModels.ts -->\n<!-- prettier-ignore-start -->";
const END = "<!-- prettier-ignore-end -->";

const RANK = 16;
const PRECISIONS: readonly BasePrecision[] = ["f16", "q8_0", "q4_0"];
const MEMORIES = [8, 16, 24];
const LENGTHS = [4096, 2048, 1024, 512];
/** Of which the parts are told. */
const TOLD = 1024;
const PROMPT = 256;
/** Rows that are decoded together at least, and at most. */
const [FEWEST, MOST] = [8, 64];
const ANY_BUFFER = { maxBufferSize: Infinity, maxStorageBufferBindingSize: Infinity, software: false };
const OF_WEIGHTS: readonly MemoryPart[] = ["weights", "gradients", "optimizer", "keys and values"];

/** What training on one response at a time takes beside the weights, and what a row that is sampled takes. */
interface Beside {
  readonly fixed: number;
  readonly row: number;
}

async function beside(config: ModelConfig, responseTokens: number): Promise<Beside> {
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
  const row = 2 * config.layers * config.kvHeads * config.headDim * 4 * responseTokens;
  const room: Room = { microBatchTokens: 1, recompute: true, cacheBytes: 2 * FEWEST * row };
  const { parts } = await graphMemory(config, workOfRun(demand, [PROMPT], room), ANY_BUFFER, room);
  const fixed = [...parts].reduce((sum, [part, bytes]) => (OF_WEIGHTS.includes(part) ? sum : sum + bytes), 0);
  return { fixed, row: row + 4 * config.vocabulary };
}

/** "16 × 2,048": rows decoded together and the longest response, of which a row is trained on at a time. */
function largestSetting(besides: ReadonlyMap<number, Beside>, free: number): string {
  for (const length of LENGTHS) {
    const { fixed, row } = besides.get(length) ?? { fixed: Infinity, row: Infinity };
    const rows = Math.min(MOST, Math.floor((free - fixed) / row));
    if (rows >= FEWEST) return `${rows} × ${length.toLocaleString("en")}`;
  }
  return "–";
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** The rows of a backbone in both tables. */
async function rowsOf(
  file: string,
): Promise<{ readonly parts: string; readonly largest: readonly string[] }> {
  const name = file.replace(/\.json$/, "");
  const config = readModelConfig(JSON.parse(readFileSync(new URL(file, CONFIGS), "utf8")));
  const besides = new Map<number, Beside>();
  for (const length of LENGTHS) besides.set(length, await beside(config, length));
  const bases = PRECISIONS.map((precision) => baseBytes(config, precision));
  const adapter = adapterBytes(config, RANK);
  const { row: sampled, fixed } = besides.get(TOLD) ?? { row: 0, fixed: 0 };
  const largest = PRECISIONS.map((precision, i) => {
    const free = (memory: number): number => memory * 2 ** 30 - (bases[i] ?? 0) - adapter;
    return row([
      i === 0 ? name : "",
      precision,
      ...MEMORIES.map((memory) => largestSetting(besides, free(memory))),
    ]);
  });
  return { parts: row([name, ...[...bases, adapter, sampled, fixed].map(bytesText)]), largest };
}

/** Both tables. */
export async function plannedMemory(): Promise<string> {
  const names = readdirSync(CONFIGS).filter((name) => name.endsWith(".json"));
  const rows: Awaited<ReturnType<typeof rowsOf>>[] = [];
  for (const name of names.sort()) rows.push(await rowsOf(name));
  const bases = PRECISIONS.map((precision) => `base in ${precision}`);
  const told = `of ${TOLD.toLocaleString("en")} tokens`;
  return [
    row(["backbone", ...bases, "adapter", `a row ${told}`, `training on one ${told}`]),
    row(["---", ...bases.map(() => "---:"), "---:", "---:", "---:"]),
    ...rows.map(({ parts }) => parts),
    "",
    row(["backbone", "base", ...MEMORIES.map((memory) => `${memory} GB`)]),
    row(["---", "---", ...MEMORIES.map(() => "---:")]),
    ...rows.flatMap(({ largest }) => largest),
  ].join("\n");
}

/** The document with these tables. */
export function withTables(document: string, tables: string): string {
  const start = document.indexOf(BEGIN);
  const end = document.indexOf(END, start);
  if (start < 0 || end < 0) throw new Error("docs/MODELS.md has no place for the planned memory");
  return `${document.slice(0, start)}${BEGIN}\n\n${tables}\n\n${document.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, "utf8"), await plannedMemory()));
}
