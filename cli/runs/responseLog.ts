/**
 * The responses of a run: `responses.jsonl.gz`, one line per question of an evaluation or step, from which every metric
 * can be recomputed. Each entry appends a gzip member of its own, so that the file is readable at any time.
 */
import { appendFileSync, closeSync, fsyncSync, openSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** The log of a run's folder. */
export class ResponseLog {
  readonly #path: string;

  /** Opens the log of a run and cuts it to the bytes it had at the checkpoint. */
  constructor(folder: string, bytes: number) {
    this.#path = join(folder, "responses.jsonl.gz");
    if (this.bytes > bytes) truncateSync(this.#path, bytes);
  }

  /** Bytes so far. */
  get bytes(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Appends lines. */
  add(lines: string): void {
    appendFileSync(this.#path, gzipSync(lines));
  }

  /** Waits until the lines are on the disk. */
  flush(): void {
    if (this.bytes === 0) return;
    const file = openSync(this.#path, "r+");
    fsyncSync(file);
    closeSync(file);
  }
}
