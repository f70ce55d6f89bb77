/** Shows a run's progress: step, phase, latest pass@1 and sampling speed. */
import type { RunFinding } from "../../src/rl/metrics/findings.ts";
import type { Entry } from "./journal.ts";
import { StatusLine } from "../statusLine.ts";
import type { Display } from "./train.ts";

export class RunDisplay implements Display {
  readonly #steps: number;
  readonly #dataset: string;
  readonly #line = new StatusLine("step");
  #step = 0;
  #passAt1: number | null = null;
  #tokensPerSecond: number | null = null;

  /** `dataset` is the one learned from, `entries` what the run has measured before. */
  constructor(steps: number, dataset: string, entries: readonly Entry[]) {
    this.#steps = steps;
    this.#dataset = dataset;
    for (const entry of entries) this.#take(entry);
  }

  working(phase: string, done: number, total: number): void {
    this.#show(`${phase} ${done}/${total}`);
  }

  recorded(entry: Entry): void {
    this.#take(entry);
    this.#show(entry.metrics.type === "step" ? "done" : "evaluated");
  }

  found({ since, message }: RunFinding): void {
    this.#line.print(`step ${since}: ${message}`);
  }

  close(): void {
    this.#line.close();
  }

  #take({ metrics, timing }: Entry): void {
    this.#step = metrics.step;
    if (metrics.type === "step") this.#passAt1 = metrics.groundTruthRatio;
    else if (metrics.dataset === this.#dataset) this.#passAt1 = metrics.passAt1;
    if (timing.type === "step") this.#tokensPerSecond = timing.sampleTokensPerSecond;
  }

  #show(phase: string): void {
    const passAt1 = this.#passAt1 === null ? "unknown" : `${(100 * this.#passAt1).toFixed(1)}%`;
    const speed = this.#tokensPerSecond === null ? "-" : Math.round(this.#tokensPerSecond);
    this.#line.show(this.#step, this.#steps, `${phase} | pass@1 ${passAt1} | ${speed} tok/s`);
  }
}
