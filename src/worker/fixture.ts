/** For tests: a session with a tiny model, a few questions and a fake platform. */
import { readFileSync } from "node:fs";
import { bytesSource } from "../formats/byteSource.ts";
import type { ModelFolder } from "../formats/huggingface/modelFolder.ts";
import { writeModelFolder } from "../formats/huggingface/modelFolderFiles.ts";
import type { ModelFiles } from "../lab/openModel.ts";
import { MemoryStorage } from "../hub/fixture.ts";
import * as tf from "../ops/tf.ts";
import { tinyFolder } from "../model/fixture.ts";
import type { StartedBackend } from "../lab/startBackend.ts";
import { configFrom, type TtrlConfig } from "../rl/ttrlConfig.ts";
import type { ExtraEvaluations, StudyMessage, WorkerEvent } from "./protocol.ts";
import { inMemory } from "./browser/destination.ts";
import { Session, type Platform } from "./session.ts";

/** Multiple choice: a random model babbles, and a capital letter that stands alone is an answer. */
const QUESTIONS = [0, 1, 2, 3].map((i) => ({
  id: `q${i}`,
  prompt: `${i} + 1?\nA. ${i}\nB. ${i + 1}\nC. ${i + 2}\nD. ${i + 3}`,
  options: 4,
}));
export const STUDY: StudyMessage = {
  name: "Sums",
  task: "gpqa",
  questions: QUESTIONS,
  answers: QUESTIONS.map(({ id }) => [id, "B"]),
};
/** Five steps of a few short responses; evaluations at 0, 2, 4 and 5. */
export const CONFIG = configFrom({
  seed: 1,
  steps: 5,
  questionsPerStep: 2,
  votesPerQuestion: 16,
  rolloutsPerQuestion: 8,
  maxResponseTokens: 16,
  warmupSteps: 0,
  learningRate: 1e-2,
  klCoefficient: 0.01,
  evaluateEvery: 2,
  evaluationSamples: 4,
  initialSamples: 4,
});
/** The files of the tiny model, or of another. */
export function tinyFiles(folder: ModelFolder = tinyFolder()): ModelFiles {
  return new Map([...writeModelFolder(folder)].map(([path, bytes]) => [path, bytesSource(bytes)]));
}

/** The lossless export form. */
export const FOLDER = { format: "folder", packing: "F32" } as const;

/** The backend every stage says it runs on. */
export const REPORT = { backend: "wasm", device: "a fake", reason: "a test" } as const;
/** The reason why there are no recorded graphs. */
const GRAPHS = "a test has no GPU";

type EventType = WorkerEvent["type"];
export type EventOf<T extends EventType> = Extract<WorkerEvent, { type: T }>;

/** A session among fakes: everything it posts, and reactions to it. */
export class Stage {
  readonly events: WorkerEvent[] = [];
  readonly session: Session;
  /** Tensors on the backend at each event. */
  readonly tensors: number[] = [];
  readonly #fault = new AbortController();
  readonly #waiting: { readonly type: EventType; readonly resolve: () => void }[] = [];
  readonly #reactions = new Map<EventType, () => void>();

  constructor(
    config: TtrlConfig = CONFIG,
    platform: Partial<Platform> = {},
    previous?: Session,
    extras?: ExtraEvaluations,
  ) {
    const start = {
      type: "start",
      runId: "r1",
      model: "models/tiny",
      study: STUDY,
      config,
      backend: "auto",
      ...(extras !== undefined && { extras }),
    } as const;
    const started = { report: REPORT, graphs: GRAPHS, fault: this.#fault.signal };
    this.session = new Session(
      start,
      {
        startBackend: (): Promise<StartedBackend> => Promise.resolve(started),
        downloadModel: () => Promise.resolve(tinyFiles()),
        openDestination: () => Promise.resolve(inMemory()),
        storage: new MemoryStorage(),
        readRecipeFile: (name) => readFileSync(new URL(`../recipe/files/${name}`, import.meta.url), "utf8"),
        post: (event) => this.#receive(event),
        ...platform,
      },
      previous ?? null,
    );
  }

  #receive(event: WorkerEvent): void {
    this.events.push(structuredClone(event)); // as a port would
    this.tensors.push(tf.memory().numTensors);
    this.#reactions.get(event.type)?.();
    for (const waiting of this.#waiting) if (waiting.type === event.type) waiting.resolve();
  }

  /** Reacts to every event of a type, at once. */
  on(type: EventType, reaction: () => void): this {
    this.#reactions.set(type, reaction);
    return this;
  }

  /** Resolves at the next event of a type. */
  next(type: EventType): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ type, resolve }));
  }

  /** The GPU reports an error. */
  fail(message: string): void {
    this.#fault.abort(new Error(message));
  }

  all<T extends EventType>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The events in order, without progress and timing. */
  get story(): string[] {
    return this.events
      .filter(({ type }) => type !== "progress")
      .map((event) => {
        if (event.type === "stepped") return `stepped ${event.metrics.step}`;
        return event.type === "evaluated" ? `evaluated ${event.evaluation.step}` : event.type;
      });
  }
}

/** The story of a whole run of CONFIG. */
export const WHOLE_STORY = [
  "started",
  "evaluated 0",
  "stepped 1",
  "stepped 2",
  "evaluated 2",
  "stepped 3",
  "stepped 4",
  "evaluated 4",
  "stepped 5",
  "evaluated 5",
  "finished",
];

/** A whole run, undisturbed. */
export async function wholeRun(config = CONFIG): Promise<Stage> {
  const stage = new Stage(config);
  await stage.next("finished");
  return stage;
}

/** The results of a run that must repeat bit for bit. */
export const figures = (stage: Stage) => ({
  steps: stage.all("stepped").map(({ metrics, groups }) => ({ metrics, groups })),
  evaluations: stage.all("evaluated").map(({ evaluation }) => evaluation),
});
