/** Main-thread end of the worker that plans memory: answers the latest question and drops those between. */
import type { MemoryPlan } from "../../model/memory/planMemory.ts";
import type { PlanAnswer, PlanQuestion, PlanRequest } from "./planWorker.ts";

export type { MemoryPlan, PlanAnswer, PlanQuestion, PlanRequest };

export interface PlanClient {
  /** Calls back with the plan unless another question comes first; never for a worker that cannot run. */
  ask(question: PlanQuestion, answer: (plan: MemoryPlan | null) => void): void;
}

/** The part of `Worker` the client uses. */
export type PlanPort = Pick<Worker, "postMessage" | "onmessage">;

function spawnWorker(): PlanPort {
  return new Worker(new URL("./planWorker.ts", import.meta.url), { type: "module", name: "memory" });
}

/** A client of one worker, which starts with the first question. `spawn` is replaced in tests. */
export function createPlanClient(spawn: () => PlanPort = spawnWorker): PlanClient {
  let worker: PlanPort | null = null;
  let asked = 0;
  let isBusy = false;
  let next: (() => void) | null = null;
  return {
    ask(question, answer) {
      const id = ++asked;
      const send = (): void => {
        isBusy = true;
        worker ??= spawn();
        worker.onmessage = ({ data }: MessageEvent<PlanAnswer>) => {
          isBusy = false;
          if (data.id === asked) answer(data.plan);
          next?.();
        };
        next = null;
        worker.postMessage({ id, question });
      };
      if (isBusy) next = send;
      else send();
    },
  };
}
