/** Small records of a run for tests. */
import type { HubClient, HubCommand, HubEvent, StoredModel } from "../worker/hub/hubClient.ts";
import type { ExportOffer } from "../report/exportForms.ts";
import { stepOf } from "../report/fixture.ts";
import { DEFAULT_CONFIG, type TtrlConfig } from "../rl/ttrlConfig.ts";
import type { GroupView, WorkerEvent } from "../worker/protocol.ts";
import type { KeptCells, ResultStorage } from "./experiments/ownResults.ts";
import type { RunRecord, RunSetup } from "./run/record.ts";

/** A storage in memory. */
export function memoryResults(kept: readonly KeptCells[] = []): ResultStorage {
  const storage = new Map(kept.map((cells) => [cells.definition.name, cells]));
  return {
    load: () => Promise.resolve([...storage.values()]),
    save: (cells) => Promise.resolve(void storage.set(cells.definition.name, cells)),
    remove: (name) => Promise.resolve(void storage.delete(name)),
  };
}

export { evaluationOf, metricsOf, stepOf } from "../report/fixture.ts";

export function setupOf(config: Partial<TtrlConfig> = {}): RunSetup {
  return {
    model: { name: "base-64", title: "Base 64" },
    study: { name: "word", title: "Word problems", task: "math", questions: 200, answers: 200 },
    backend: "auto",
    config: { ...DEFAULT_CONFIG, ...config },
  };
}

export function recordOf(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: "r1",
    setup: setupOf(),
    steps: [],
    evaluations: [],
    votes: [],
    extras: [],
    findings: [],
    ...changes,
  };
}

/** A group of four responses: three answer 6, one answers 8. */
export function groupOf(truth: string | null = "6", id = "q1"): GroupView {
  const isRight = (answer: string): boolean | null => (truth === null ? null : answer === truth);
  return {
    question: { id, prompt: `Question ${id}`, level: "L1" },
    pseudoLabel: "6",
    majorityRatio: 0.75,
    truth,
    histogram: [
      { answer: "6", votes: 3, right: isRight("6") },
      { answer: "8", votes: 1, right: isRight("8") },
    ],
    responses: ["6", "6", "6", "8"].map((answer, i) => ({
      text: `so \\boxed{${answer}}`,
      answer,
      reward: answer === "6" ? 1 : 0,
      advantage: i < 2 ? 0.5 : null,
      right: isRight(answer),
      tokens: 12,
      entropy: 0.25,
      finished: true,
    })),
  };
}

export function steppedEvent(step: number, runId = "r1"): WorkerEvent {
  return { type: "stepped", runId, ...stepOf(step), groups: [groupOf()], findings: [] };
}

/** Exports of a model that supports the folder format but not GGUF. */
export const offers: readonly ExportOffer[] = [
  { form: { format: "folder", packing: "F32" }, bytes: 1_000_000, notes: [] },
  {
    form: { format: "gguf", packing: "F32" },
    bytes: null,
    notes: ["llama.cpp has no name for its tokenizer"],
  },
];

export const startedEvent = {
  type: "started",
  runId: "r1",
  backend: {
    backend: "wasm",
    device: "SIMD, 1 thread",
    reason: "No hardware WebGPU adapter.",
    path: "TensorFlow.js operations",
    pathReason: "recorded graphs need WebGPU",
    tuning: [],
  },
  model: { name: "base-64", parameters: 250_000, trained: null, layers: 4, width: 64, vocabulary: 464 },
  notice: null,
  exports: offers,
} as const satisfies WorkerEvent;

/** A Hub worker without stored models that records the commands it receives. */
export class FakeHubClient implements HubClient {
  readonly commands: HubCommand[] = [];
  stored: readonly StoredModel[] = [];
  emit: (event: HubEvent) => void = () => undefined;

  send(command: HubCommand): void {
    this.commands.push(command);
    if (command.type === "list") this.emit({ type: "listed", models: [...this.stored], removed: [] });
  }

  subscribe(listener: (event: HubEvent) => void): void {
    this.emit = listener;
  }
}
