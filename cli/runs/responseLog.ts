/**
 * The responses of a run: `responses.jsonl.gz`, one line per question of an evaluation or step, from which every metric
 * can be recomputed. Each entry appends a gzip member of its own, so that the file is readable at any time.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { constants, gunzipSync, gzipSync } from "node:zlib";
import type { LogPlace } from "../files/responseLines.ts";
import type { Metrics } from "./journal.ts";

/** The log of a run's folder. */
export class ResponseLog {
  readonly #path: string;

  /** Opens the log of a run and drops what was written after the entries it continues from. */
  constructor(folder: string, entries: readonly { readonly metrics: Metrics }[], dataset: string) {
    this.#path = join(folder, "responses.jsonl.gz");
    const kept = new Set(entries.map(({ metrics }) => keyOf(placeOf(metrics, dataset))));
    const lines = readLines(this.#path).filter((line) => kept.has(keyOf(JSON.parse(line) as LogPlace))); // our own lines
    rmSync(this.#path, { force: true });
    if (lines.length > 0) this.add(lines.map((line) => `${line}\n`).join(""));
  }

  /** Appends lines. */
  add(lines: string): void {
    appendFileSync(this.#path, gzipSync(lines));
  }
}

function placeOf(metrics: Metrics, dataset: string): LogPlace {
  return metrics.type === "step"
    ? { kind: "step", step: metrics.step, dataset }
    : { kind: "evaluation", step: metrics.step, dataset: metrics.dataset };
}

const keyOf = ({ kind, step, dataset }: LogPlace): string => `${kind} ${step} ${dataset}`;

/** Lines of a log, complete ones only: a killed run may have left a part of a member. */
function readLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const text = gunzipSync(readFileSync(path), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  return text.split("\n").slice(0, -1);
}
