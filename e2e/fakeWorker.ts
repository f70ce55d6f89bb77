/** A worker that simulates a run without a model, for tests of the page's states. */
import type { Page } from "@playwright/test";
import type { Evaluation } from "../src/rl/metrics/metrics.ts";
import type { HubCommand, HubEvent } from "../src/worker/hub/hubClient.ts";
import type { Command, GroupView, WorkerEvent } from "../src/worker/protocol.ts";

export interface Script {
  /** Duration of a step in milliseconds. */
  readonly stepTime: number;
  /** Step at which the run fails. */
  readonly failsAt?: number;
}

/** Replaces the page's training worker before the page loads. */
export async function playRuns(page: Page, script: Script): Promise<void> {
  await page.addInitScript(installFakeWorker, script);
}

/** Runs in the page, so it must not refer to anything outside it. */
function installFakeWorker(script: Script): void {
  type Start = Extract<Command, { type: "start" }>;
  type Mode = "run" | "one" | "hold" | "end";
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const wobble = (value: number, size = 0.04): number =>
    Math.min(1, Math.max(0, value + (random() - 0.5) * 2 * size));
  const learnt = (step: number): number => 1 - Math.exp(-step / 30);

  class FakeWorker {
    onmessage: ((message: { data: WorkerEvent | HubEvent }) => void) | null = null;
    onerror = null;
    onmessageerror = null;
    #start: Start | null = null;
    #step = 0;
    #mode: Mode = "run";
    /** Counts exports and cancellations; an export continues while the count is unchanged. */
    #exports = 0;

    postMessage(command: Command | Extract<HubCommand, { type: "list" }>): void {
      if (!("type" in command)) return; // a question to the worker that plans memory
      if (command.type === "list") this.onmessage?.({ data: { type: "listed", models: [], removed: [] } });
      else if (command.type === "start") void this.#play(command);
      else if (command.type === "pause") this.#mode = "hold";
      else if (command.type === "resume") this.#mode = "run";
      else if (command.type === "step") this.#mode = "one";
      else if (command.type === "stop") this.#mode = "end";
      else if (command.type === "evaluate") this.#evaluate(64);
      else if (command.type === "cancel") this.#cancel(command.runId);
      else if (command.type === "export") void this.#export(command);
    }

    terminate(): void {
      this.onmessage = null;
    }

    async #play(start: Start): Promise<void> {
      const { runId, config } = (this.#start = start);
      this.#step = 0;
      this.#mode = "run";
      await this.#wait(script.stepTime / 2);
      this.#emit({
        type: "started",
        runId,
        backend: {
          backend: "wasm",
          device: "SIMD, 2 threads",
          reason: "this browser offers no WebGPU adapter",
          path: "TensorFlow.js operations",
          pathReason: "recorded graphs need WebGPU",
          tuning: [],
        },
        model: {
          name: "abacus-0.2M",
          parameters: 214_336,
          trained: null,
          layers: 4,
          width: 64,
          vocabulary: 464,
        },
        notice: null,
        exports: [
          { form: { format: "folder", packing: "F32" }, bytes: 864_000, notes: [] },
          { form: { format: "folder", packing: "F16" }, bytes: 436_000, notes: [] },
          // Large enough for the page to ask where to save it.
          { form: { format: "folder", packing: "BF16" }, bytes: 432_000_000, notes: [] },
          ...(["F32", "F16", "Q8_0"] as const).map((packing) => ({
            form: { format: "gguf", packing } as const,
            bytes: null,
            notes: ["llama.cpp has no name for how this tokenizer cuts texts"],
          })),
          ...(["trl", "verl", "ttrl"] as const).map((recipe) => ({
            form: { format: "recipe", recipe } as const,
            bytes: 864_000,
            notes: [],
          })),
        ],
      });
      await this.#work("evaluate", 8);
      this.#evaluate(config.initialSamples);
      this.#measureExtras(start, true);
      while (this.#step < config.steps && !(await this.#isOver())) await this.#playStep();
      if (this.#wish() === "end") this.#emit({ type: "stopped", runId });
      else if (this.#step === config.steps) this.#emit({ type: "finished", runId });
    }

    /** Takes as long as a step; in F16, until it is cancelled. */
    async #export({ runId, form, file }: Extract<Command, { type: "export" }>): Promise<void> {
      const own = ++this.#exports;
      const isEndless = "packing" in form && form.packing === "F16";
      for (let part = 1; part <= 10 || isEndless; part++) {
        this.#emit({
          type: "progress",
          runId,
          phase: "export",
          done: Math.min(part, 10) * 86_400,
          total: 864_000,
        });
        await this.#wait(script.stepTime / 10);
        if (own !== this.#exports) return;
      }
      const content = file === null ? new Blob(["PK"]) : null;
      this.#emit({ type: "exported", runId, fileName: "model.zip", file: content });
    }

    #cancel(runId: string): void {
      this.#exports++;
      this.#emit({ type: "cancelled", runId, request: "export" });
    }

    async #isOver(): Promise<boolean> {
      const runId = this.#start?.runId ?? "";
      if (this.#mode === "hold") {
        this.#emit({ type: "paused", runId });
        while (this.#wish() === "hold") await this.#wait(5);
        this.#emit({ type: "resumed", runId });
      }
      if (script.failsAt === this.#step + 1) {
        const message = "the GPU was lost (device removed); reload the page";
        this.#emit({ type: "failed", runId, message });
        return true;
      }
      return this.#mode === "end";
    }

    async #playStep(): Promise<void> {
      const start = this.#start;
      if (start === null) return;
      await this.#work("sample", 6);
      await this.#work("train", 2);
      this.#step++;
      if (this.#mode === "one") this.#mode = "hold";
      const hasTruth = start.study.answers.length > 0;
      this.#emit({
        type: "stepped",
        runId: start.runId,
        metrics: this.#metrics(start, hasTruth),
        timing: {
          sampleSeconds: wobble(0.5) * 5,
          trainSeconds: wobble(0.4) * 3,
          sampleTokensPerSecond: 9000 + random() * 800,
          trainTokensPerSecond: 5200 + random() * 500,
        },
        groups: this.#groups(start),
        findings: [],
      });
      const { evaluateEvery, steps, evaluationSamples, initialSamples } = start.config;
      if (this.#step === steps) {
        this.#evaluate(initialSamples);
        this.#measureExtras(start, false);
      } else if (this.#step % evaluateEvery === 0) this.#evaluate(evaluationSamples);
    }

    #metrics({ config, study }: Start, hasTruth: boolean) {
      const gain = learnt(this.#step);
      const truth = (value: number): number | null => (hasTruth ? wobble(value) : null);
      const responseLength = 30 + 25 * gain + random() * 3;
      return {
        step: this.#step,
        labelAccuracy: truth(0.55 + 0.3 * gain),
        rewardAccuracy: truth(0.78 + 0.14 * gain),
        groundTruthRatio: truth(0.28 + 0.45 * gain),
        passAtN: truth(0.97 - 0.05 * gain),
        majorityRatio: wobble(0.42 + 0.45 * gain),
        reward: wobble(0.42 + 0.45 * gain),
        voteEntropy: 1.4 - 1.1 * gain + random() * 0.1,
        flipRate: this.#step === 1 ? null : wobble(0.3 * (1 - gain)),
        unansweredShare: wobble(0.03 * (1 - gain), 0.01),
        truncatedShare: wobble(0.02, 0.01),
        entropy: 0.34 - 0.2 * gain + random() * 0.02,
        responseLength,
        unanimousShare: wobble(0.05 + 0.4 * gain),
        kl: config.klCoefficient > 0 ? 0.02 * gain : null,
        clipFraction: 0.001 * random(),
        gradientNorm: 0.4 + random() * 0.3,
        loss: -0.02 + random() * 0.04,
        logprobGap: 2e-6 * random(),
        learningRate: config.learningRate * Math.min(1, this.#step / config.warmupSteps),
        sampledTokens: Math.round(responseLength * config.votesPerQuestion * study.questions.length),
        trainedTokens: 20_000,
      };
    }

    #evaluate(samples: number): void {
      if (this.#start === null) return;
      const { runId, study } = this.#start;
      this.#emit({ type: "evaluated", runId, evaluation: this.#evaluation(samples, study) });
    }

    /** The extra evaluations of an experiment. */
    #measureExtras({ runId, study, config, extras }: Start, isBefore: boolean): void {
      if (extras === undefined) return;
      for (const { name: at, samples } of isBefore ? extras.votes : []) {
        const evaluation = this.#evaluation(samples, study);
        this.#emit({ type: "evaluatedExtra", runId, at, dataset: study.name, evaluation });
      }
      for (const other of extras.studies) {
        const evaluation = this.#evaluation(config.initialSamples, other);
        const at = isBefore ? "before" : "after";
        this.#emit({ type: "evaluatedExtra", runId, at, dataset: other.name, evaluation });
      }
    }

    #evaluation(samples: number, study: Start["study"]): Evaluation {
      const hasTruth = study.answers.length > 0;
      const gain = learnt(this.#step);
      const questions = study.questions.slice(0, 200).map(({ id, level }, i) => {
        const hardness = Number(level?.slice(1) ?? 3) / 5;
        const passAt1 = wobble((0.5 + 0.45 * gain) * (1.35 - hardness), 0.2);
        return {
          id,
          level: level ?? null,
          passAt1: hasTruth ? passAt1 : null,
          majority: hasTruth ? Number(passAt1 + (i % 7) / 20 > 0.45) : null,
          majorityRatio: wobble(0.4 + 0.4 * gain),
        };
      });
      const meanOf = (values: readonly (number | null)[]): number =>
        values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / Math.max(1, values.length);
      return {
        step: this.#step,
        samples,
        temperature: 0.6,
        topP: 0.95,
        passAt1: hasTruth ? meanOf(questions.map(({ passAt1 }) => passAt1)) : null,
        majAtN: hasTruth ? meanOf(questions.map(({ majority }) => majority)) : null,
        passAtN: hasTruth ? 0.95 : null,
        rewardAccuracy: hasTruth ? wobble(0.8 + 0.12 * gain) : null,
        majorityRatio: wobble(0.5 + 0.4 * gain),
        voteEntropy: 1.2 - gain,
        unansweredShare: 0.02,
        truncatedShare: 0.01,
        entropy: 0.2,
        responseLength: 40,
        sampledTokens: samples * questions.length * 40,
        questions,
      };
    }

    #groups({ study, config }: Start): GroupView[] {
      const truths = new Map(study.answers);
      const { questionsPerStep, votesPerQuestion, rolloutsPerQuestion } = config;
      return Array.from({ length: questionsPerStep }, (_, i): GroupView => {
        const question = study.questions[(this.#step * questionsPerStep + i) % study.questions.length] ?? {
          id: "none",
          prompt: "",
        };
        const truth = truths.get(question.id) ?? null;
        const base = truth ?? String(i);
        const nearby = [
          base,
          `${Number(base) + 1}`,
          `${Number(base) - 1}`,
          `${Number(base) + 10}`,
          "7",
          "12",
          null,
        ];
        const skew = i % 5 === 3 ? 1 : i % 5 === 4 ? -1 : 0;
        const answers = Array.from({ length: votesPerQuestion }, () => {
          const draw = Math.floor(random() ** (2 + 3 * learnt(this.#step)) * nearby.length);
          const shifted = skew === -1 ? 0 : (draw + (random() < 0.8 ? skew : 0)) % nearby.length;
          return nearby[shifted] ?? null;
        });
        const counts = new Map<string | null, number>();
        answers.forEach((answer) => counts.set(answer, (counts.get(answer) ?? 0) + 1));
        const isRight = (answer: string | null): boolean | null => (truth === null ? null : answer === truth);
        const histogram = [...counts]
          .map(([answer, votes]) => ({ answer, votes, right: isRight(answer) }))
          .sort((a, b) => Number(a.answer === null) - Number(b.answer === null) || b.votes - a.votes);
        const [top] = histogram;
        const pseudoLabel = top?.answer ?? null;
        return {
          question,
          pseudoLabel,
          majorityRatio: (top?.votes ?? 0) / votesPerQuestion,
          truth,
          histogram,
          responses: answers.map((answer, j) => ({
            text:
              answer === null
                ? "She has 12 and gives 4 away, so 12 - 4 = 8 and then 8"
                : `First 17 + 8 = 25. The answer is \\boxed{${answer}}.`,
            answer,
            reward: answer !== null && answer === pseudoLabel ? 1 : 0,
            advantage: j < rolloutsPerQuestion ? (answer === pseudoLabel ? 0.74 : -1.31) : null,
            right: isRight(answer),
            tokens: 22 + (j % 9),
            entropy: 0.2 + random() * 0.2,
            finished: answer !== null,
          })),
        };
      });
    }

    async #work(phase: "evaluate" | "sample" | "train", parts: number): Promise<void> {
      const runId = this.#start?.runId ?? "";
      for (let part = 0; part <= parts; part++) {
        this.#emit({ type: "progress", runId, phase, done: part * 128, total: parts * 128 });
        await this.#wait(script.stepTime / 10);
      }
    }

    /** Returns the mode, which a message may have changed in the meantime. */
    #wish(): Mode {
      return this.#mode;
    }

    #emit(event: WorkerEvent): void {
      this.onmessage?.({ data: structuredClone(event) });
    }

    #wait(milliseconds: number): Promise<void> {
      return new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  }
  // The worker that reads data sets is the real one.
  const Real = window.Worker;
  const create = function (url: URL, options?: WorkerOptions): Worker | FakeWorker {
    return options?.name === "data" ? new Real(url, options) : new FakeWorker();
  };
  Object.assign(window, { Worker: create });
}
