import { expect, test } from "vitest";
import type { Command, WorkerEvent } from "../worker/protocol.ts";
import { setupOf } from "./fixture.ts";
import { createTryStore } from "./tryOut.ts";

const STUDY = { name: "word", task: "math", questions: [], answers: [] } as const;

test("a try is sent to the worker, ends with its result, and ignores other runs and closed tries", () => {
  const commands: Command[] = [];
  let emit: (event: WorkerEvent) => void = () => undefined;
  const store = createTryStore({
    send: (command) => void commands.push(command),
    subscribe: (listener) => {
      emit = listener;
      return () => undefined;
    },
    restart: () => undefined,
  });
  const rules = { answers: "corrected", answerFormat: "auto" } as const;
  const result = { rules, questions: [], findings: [], notes: [] };
  store.start(setupOf(), STUDY);
  expect(commands).toMatchObject([{ type: "try", runId: "t1", model: "models/base-64", study: STUDY }]);
  emit({ type: "progress", runId: "t1", phase: "sample", done: 3, total: 16 });
  expect(store.getState()).toMatchObject({ status: "trying", progress: { done: 3 } });
  emit({ type: "tried", runId: "r1", result });
  expect(store.getState().status).toBe("trying");
  emit({ type: "tried", runId: "t1", result });
  expect(store.getState()).toEqual({ status: "tried", result });

  store.start(setupOf(), STUDY);
  store.close();
  expect(commands.at(-1)).toEqual({ type: "cancel", runId: "t2" });
  emit({ type: "tried", runId: "t2", result });
  expect(store.getState()).toEqual({ status: "none" });

  store.start(setupOf(), STUDY);
  emit({ type: "failed", runId: "t3", message: "no memory" });
  expect(store.getState()).toEqual({ status: "failed", message: "no memory" });
});
