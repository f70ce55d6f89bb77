/** The entry of the worker that plans memory: one of its own, so that a run under way keeps nobody waiting. */
import type { PlanAnswer, PlanRequest } from "./planProtocol.ts";
import { planOf } from "./planRun.ts";

/** The part of a worker's global scope used here; `self` has the page's type where both libraries are loaded. */
interface WorkerScope {
  postMessage(answer: PlanAnswer): void;
  onmessage: ((message: MessageEvent<PlanRequest>) => void) | null;
}

const scope = self as unknown as WorkerScope;

scope.onmessage = ({ data: { id, question } }) => {
  // What cannot be read has no plan; the start, which reads it again, says why.
  const plan = planOf(question).catch(() => null);
  void plan.then((found) => scope.postMessage({ id, plan: found }));
};
