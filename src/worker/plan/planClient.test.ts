import { expect, it } from "vitest";
import { DEFAULT_CONFIG } from "../../rl/ttrlConfig.ts";
import {
  createPlanClient,
  type MemoryPlan,
  type PlanAnswer,
  type PlanPort,
  type PlanQuestion,
  type PlanRequest,
} from "./planClient.ts";

/** A worker that answers on demand. */
class SlowWorker {
  onmessage: PlanPort["onmessage"] = null;
  readonly asked: PlanRequest[] = [];

  postMessage(request: PlanRequest): void {
    this.asked.push(request);
  }

  answer(plan: MemoryPlan | null): void {
    const data: PlanAnswer = { id: this.asked.at(-1)!.id, plan };
    this.onmessage?.call(null as never, { data } as MessageEvent<PlanAnswer>);
  }
}

function question(model: string): PlanQuestion {
  return {
    model,
    longest: [],
    prompt: { system: "", suffix: "" },
    questions: 0,
    config: DEFAULT_CONFIG,
    backend: "wasm",
  };
}

it("answers the newest question and asks none of those between", () => {
  const worker = new SlowWorker();
  const client = createPlanClient(() => worker);
  const answers: string[] = [];
  for (const model of ["a", "b", "c"]) client.ask(question(model), () => answers.push(model));
  expect(worker.asked.map((request) => request.question.model)).toEqual(["a"]);
  worker.answer(null); // out of date: c was asked since
  expect(answers).toEqual([]);
  expect(worker.asked.map((request) => request.question.model)).toEqual(["a", "c"]);
  worker.answer(null);
  expect(answers).toEqual(["c"]);
});
