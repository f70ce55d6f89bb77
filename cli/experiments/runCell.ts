/** Computes one cell: begins it, resumes it, or skips it if it is finished. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeFile } from "../files/durable.ts";
import { InputError } from "../inputError.ts";
import { runFilePath } from "../runs/runFile.ts";
import { checkpointFolder } from "../runs/train.ts";
import {
  cellFolder,
  cellText,
  checkSettings,
  readRecord,
  recordPath,
  type Cell,
  type CellRecord,
  type EvaluationCell,
  type RunCell,
} from "./cell.ts";
import type { Children, ProgramVersion } from "./program.ts";

/** Where and with which program cells are computed. */
export interface CellRunner {
  readonly out: string;
  readonly program: ProgramVersion;
  readonly children: Children;
}

/** Returns true if a cell is finished. Throws if its run was made with other settings. */
export function isFinished(out: string, cell: Cell): boolean {
  const folder = cellFolder(out, cell);
  const record = readRecord(folder);
  if (record === null || record.finished === null) return false;
  if (cell.kind === "run") checkSettings(folder, cell.config);
  return true;
}

/** Computes a cell unless it is finished. Returns false if it was stopped. */
export async function finishCell(runner: CellRunner, cell: Cell): Promise<boolean> {
  const { out, children } = runner;
  if (isFinished(out, cell)) return true;
  if (children.stoppedBy() !== null) return false;
  if (cell.kind === "evaluation" && "kind" in cell.model && !(await finishCell(runner, cell.model)))
    return false;
  const folder = cellFolder(out, cell);
  const record = begin(folder, cell, runner.program);
  const start = performance.now();
  const args = cell.kind === "run" ? runArguments(folder, cell) : evaluationArguments(out, cell);
  const pidFile = join(folder, "running");
  const result = await children
    .run(args, join(folder, "log.txt"), (pid) => writeFileSync(pidFile, String(pid)))
    .finally(() => rmSync(pidFile, { force: true }));
  const seconds = record.seconds + (performance.now() - start) / 1000;
  if (result.status !== 0) {
    writeRecord(folder, { ...record, seconds });
    if (children.stoppedBy() !== null) return false;
    throw new InputError(
      `${folder}: the cell failed (${result.lastError}); see log.txt there; the same command tries it again`,
    );
  }
  if (cell.kind === "evaluation") writeFile(join(folder, "evaluation.json"), result.stdout);
  rmSync(checkpointFolder(folder), { recursive: true, force: true }); // not needed once finished
  writeRecord(folder, { ...record, seconds, finished: new Date().toISOString() });
  return true;
}

/** Returns the cell's record; discards the work of another version of the program, so that no cell mixes two. */
function begin(folder: string, cell: Cell, program: ProgramVersion): CellRecord {
  throwIfRunning(folder);
  const found = readRecord(folder);
  if (found?.commit === program.commit && found.version === program.version) return found;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const begun = new Date().toISOString();
  const record = { text: cellText(cell), ...program, begun, finished: null, seconds: 0 };
  writeRecord(folder, record);
  return record;
}

function throwIfRunning(folder: string): void {
  const path = join(folder, "running");
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, "utf8"));
  if (!isAlive(pid)) return;
  throw new InputError(
    `${folder}: process ${pid} is computing this cell; wait for it or end it, then try again`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function writeRecord(folder: string, record: CellRecord): void {
  writeFile(recordPath(folder), `${JSON.stringify(record, null, 2)}\n`);
}

function runArguments(folder: string, { model, dataset, config, backend }: RunCell): string[] {
  if (existsSync(runFilePath(folder))) return ["run", "--resume", folder];
  const settings = join(folder, "settings.json");
  writeFile(settings, `${JSON.stringify(config, null, 2)}\n`);
  const paths = ["--model", model.path, "--dataset", dataset.path, "--out", folder];
  return ["run", ...paths, "--config", settings, "--backend", backend];
}

function evaluationArguments(out: string, cell: EvaluationCell): string[] {
  const { model, dataset } = cell;
  const values = {
    model: "kind" in model ? join(cellFolder(out, model), "model") : model.path,
    dataset: dataset.path,
    samples: cell.samples,
    temperature: cell.temperature,
    "top-p": cell.topP,
    "max-response-tokens": cell.maxResponseTokens,
    seed: cell.seed,
    backend: cell.backend,
  };
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return ["eval", "--each", ...options];
}
