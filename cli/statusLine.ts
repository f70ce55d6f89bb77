/** Progress on standard error: a bar on a terminal, else at most one line a second. */
import { SingleBar } from "cli-progress";

/** Milliseconds between plain lines. */
const INTERVAL = 1000;

export class StatusLine {
  readonly #unit: string;
  readonly #bar: SingleBar | null;
  #started = false;
  #lastLine = -Infinity;

  /** `unit` names what is counted, e.g. "step". */
  constructor(unit: string) {
    this.#unit = unit;
    this.#bar = process.stderr.isTTY ? createBar(unit) : null;
  }

  /** `done` of `total`, and a text of what is being done. */
  show(done: number, total: number, text: string): void {
    if (this.#bar !== null) this.#draw(this.#bar, done, total, text);
    else if (performance.now() - this.#lastLine >= INTERVAL) {
      this.#lastLine = performance.now();
      console.error(`${this.#unit} ${done}/${total} | ${text}`);
    }
  }

  /** Prints a line; the bar continues below it. */
  print(line: string): void {
    this.close();
    this.#started = false;
    console.error(line);
  }

  #draw(bar: SingleBar, done: number, total: number, text: string): void {
    if (!this.#started) bar.start(total, done, { text });
    else bar.update(done, { text });
    this.#started = true;
  }

  /** Leaves the line as it stands. */
  close(): void {
    this.#bar?.stop();
  }
}

function createBar(unit: string): SingleBar {
  return new SingleBar({
    format: `{bar} ${unit} {value}/{total} | {text} | {duration_formatted}`,
    stream: process.stderr,
    barsize: 20,
    hideCursor: true,
  });
}
