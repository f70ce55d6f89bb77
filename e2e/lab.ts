/** The page as a user operates it, with the worker's events recorded. */
import { readFileSync } from "node:fs";
import { expect, test as base, type Locator, type Page } from "@playwright/test";
import type { TtrlConfig } from "../src/rl/ttrlConfig.ts";
import type { BackendChoice } from "../src/report/backend.ts";
import type { WorkerEvent } from "../src/worker/protocol.ts";

/** Settings of steps that take seconds: few and short responses to few questions. */
export const QUICK: Partial<TtrlConfig> = {
  steps: 1000,
  questionsPerStep: 2,
  votesPerQuestion: 4,
  rolloutsPerQuestion: 4,
  maxResponseTokens: 40,
  evaluateEvery: 1000,
  evaluationQuestions: 4,
  evaluationSamples: 4,
  initialSamples: 4,
};

/** The recorded events of the worker: without progress, and archives as their SHA-256. */
export type RecordedEvent =
  | Exclude<WorkerEvent, { type: "progress" | "exported" }>
  | { readonly type: "exported"; readonly runId: string; readonly sha256: string };

type Status = "running" | "paused" | "stopped" | "finished";

/** A file that was downloaded from the page. */
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export class Lab {
  readonly page: Page;
  /** Errors and warnings of the console, and uncaught exceptions. */
  readonly complaints: string[] = [];
  /** The URLs of all requests. */
  readonly requests: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => this.requests.push(request.url()));
  }

  /** Opens the page with settings in its address, and waits until a run can be started. */
  async open(config: Partial<TtrlConfig> = QUICK, backend: BackendChoice = "auto"): Promise<void> {
    await this.page.addInitScript(recordWorkerEvents);
    const settings = new URLSearchParams(
      Object.entries(config).map(([name, value]) => [name, String(value)]),
    );
    if (backend !== "auto") settings.set("backend", backend);
    await this.page.goto(`./#${settings.toString()}`);
    await expect(this.button("Start")).toBeEnabled();
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  chart(id: string): Locator {
    return this.page.getByTestId(`chart-${id}`);
  }

  /** The summary of the data set in use. */
  reading(): Locator {
    return this.page.getByTestId("dataset-reading");
  }

  /** Drops a file on the page. */
  async drop(name: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string" ? content : [...content];
    const dataTransfer = await this.page.evaluateHandle(
      ([fileName, text]) => {
        const transfer = new DataTransfer();
        const part = typeof text === "string" ? text : Uint8Array.from(text);
        transfer.items.add(new File([part], fileName));
        return transfer;
      },
      [name, bytes] as const,
    );
    for (const type of ["dragenter", "dragover", "drop"]) {
      await this.page.getByRole("main").dispatchEvent(type, { dataTransfer });
    }
  }

  /** Returns the steps done, 0 before a run. Throws the run's message if it has failed. */
  async steps(): Promise<number> {
    const failure = this.page.getByTestId("failure");
    if ((await failure.count()) > 0) throw new Error(await failure.innerText());
    const progress = this.page.getByTestId("progress");
    return (await progress.count()) === 0 ? 0 : Number(await progress.getAttribute("data-step"));
  }

  /** Waits until at least `steps` steps are done. */
  async doesSteps(steps: number): Promise<void> {
    await expect
      .poll(() => this.steps(), { timeout: 60_000, intervals: [100] })
      .toBeGreaterThanOrEqual(steps);
  }

  /** Waits for a status of the run; throws if the run fails. */
  async reaches(status: Status): Promise<void> {
    await expect(this.page.getByTestId("progress")).toHaveAttribute(
      "data-status",
      new RegExp(`^(${status}|failed)$`),
      { timeout: 60_000 },
    );
    await this.steps();
  }

  /** Starts a run, waits for some steps and pauses it. */
  async runSteps(steps: number): Promise<void> {
    await this.button("Start").click();
    await this.doesSteps(steps);
    await this.button("Pause").click();
    await this.reaches("paused");
  }

  /** Clicks a button and returns the file it downloads. */
  save(button: string): Promise<SavedFile> {
    return this.#saveBy(this.button(button));
  }

  /** Saves the trained model. */
  saveModel(format: "Hugging Face folder" | "GGUF" | "PEFT adapter", precision: string): Promise<SavedFile> {
    return this.#saveForm(format, precision);
  }

  /** Saves a recipe for another trainer. */
  saveRecipe(trainer: string): Promise<SavedFile> {
    return this.#saveForm("Recipe", trainer);
  }

  #saveForm(group: string, form: string): Promise<SavedFile> {
    const name = new RegExp(`^${form}`); // the file's size follows
    return this.#saveBy(this.page.getByRole("group", { name: group }).getByRole("button", { name }));
  }

  async #saveBy(button: Locator): Promise<SavedFile> {
    const [download] = await Promise.all([this.page.waitForEvent("download"), button.click()]);
    return { name: download.suggestedFilename(), bytes: new Uint8Array(readFileSync(await download.path())) };
  }

  /** Returns the worker's events so far. */
  events(): Promise<RecordedEvent[]> {
    return this.page.evaluate(() => (window as unknown as { recorded: RecordedEvent[] }).recorded);
  }

  /** Returns the events of one type. */
  async eventsOf<T extends RecordedEvent["type"]>(type: T): Promise<Extract<RecordedEvent, { type: T }>[]> {
    const events = await this.events();
    return events.filter((event): event is Extract<RecordedEvent, { type: T }> => event.type === type);
  }

  /** Expects that all requests went to the page's own server, and that the console is empty. */
  expectQuiet(): void {
    const [own] = this.requests;
    if (own !== undefined) {
      const { origin } = new URL(own); // the page itself; a blob's origin is that of the page that made it
      expect(this.requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);
    }
    expect(this.complaints).toEqual([]);
  }
}

/** Runs in the page before its own scripts and records the events of runs; other workers' events have no `runId`. */
function recordWorkerEvents(): void {
  const recorded: RecordedEvent[] = [];
  Object.assign(window, { recorded });
  const sha256 = async (file: Blob): Promise<string> => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const record = async (event: WorkerEvent): Promise<void> => {
    if (!("runId" in event) || event.type === "progress") return;
    if (event.type !== "exported") recorded.push(event);
    else if (event.file !== null)
      recorded.push({ type: "exported", runId: event.runId, sha256: await sha256(event.file) });
  };
  window.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener("message", ({ data }: MessageEvent<WorkerEvent>) => void record(data));
    }
  };
}

/** A test of a page, which afterwards must have made no foreign requests and logged no errors. */
export const test = base.extend<{ lab: Lab }>({
  lab: async ({ page }, use) => {
    const lab = new Lab(page);
    await use(lab);
    lab.expectQuiet();
  },
});

export { expect };
