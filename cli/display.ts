/** A run's progress on standard error: a bar on a terminal, else a plain line at most once a second. */
import { SingleBar } from "cli-progress";
import type { Entry } from "./journal.ts";
import type { Display } from "./train.ts";

/** Milliseconds between plain lines. */
const LINE_INTERVAL = 1000;

export class ProgressDisplay implements Display {
  readonly #steps: number;
  readonly #bar: SingleBar | null;
  #step = 0;
  #passAt1: number | null = null;
  #tokensPerSecond: number | null = null;
  #lastLine = -Infinity;

  constructor(steps: number, entries: readonly Entry[]) {
    this.#steps = steps;
    for (const entry of entries) this.#take(entry);
    this.#bar = process.stderr.isTTY ? createBar() : null;
    this.#bar?.start(steps, this.#step, this.#payload("load"));
  }

  working(phase: string, done: number, total: number): void {
    const text = `${phase} ${done}/${total}`;
    if (this.#bar !== null) this.#bar.update(this.#step, this.#payload(text));
    else if (performance.now() - this.#lastLine >= LINE_INTERVAL) this.#print(text);
  }

  recorded(entry: Entry): void {
    this.#take(entry);
    const text = entry.metrics.type === "step" ? "done" : "evaluated";
    if (this.#bar !== null) this.#bar.update(this.#step, this.#payload(text));
    else if (performance.now() - this.#lastLine >= LINE_INTERVAL) this.#print(text);
  }

  /** Leaves the bar as it stands. */
  close(): void {
    this.#bar?.stop();
  }

  #take({ metrics, timing }: Entry): void {
    this.#step = metrics.step;
    if (metrics.type === "step") this.#passAt1 = metrics.groundTruthRatio;
    else this.#passAt1 = metrics.passAt1;
    if (timing.type === "step") this.#tokensPerSecond = metrics.sampledTokens / timing.seconds;
  }

  #print(text: string): void {
    const { passAt1, speed } = this.#payload(text);
    console.error(`step ${this.#step}/${this.#steps}: ${text}, pass@1 ${passAt1}, ${speed}`);
    this.#lastLine = performance.now();
  }

  #payload(phase: string) {
    return {
      phase,
      passAt1: this.#passAt1 === null ? "unknown" : `${(100 * this.#passAt1).toFixed(1)}%`,
      speed: this.#tokensPerSecond === null ? "- tok/s" : `${Math.round(this.#tokensPerSecond)} tok/s`,
    };
  }
}

function createBar(): SingleBar {
  return new SingleBar({
    format: "{bar} step {value}/{total} | {phase} | pass@1 {passAt1} | {speed} | {eta_formatted} left",
    stream: process.stderr,
    barsize: 20,
    hideCursor: true,
    etaBuffer: 20,
  });
}
