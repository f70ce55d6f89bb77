import { describe, expect, test } from "vitest";
import type { WorkerClient } from "../worker/client.ts";
import type { AsideRequest, Command, StudyMessage, WorkerEvent } from "../worker/protocol.ts";
import { setupOf, startedEvent } from "./fixture.ts";
import { createRunStore, type ExportedFile } from "./runStore.ts";

const study: StudyMessage = { name: "word", task: "math", questions: [], answers: [] };

function setUp() {
  const commands: Command[] = [];
  const delivered: ExportedFile[] = [];
  const refusals: [AsideRequest, string][] = [];
  const frames: (() => void)[] = [];
  let emit: (event: WorkerEvent) => void = () => undefined;
  const client: WorkerClient = {
    send: (command) => void commands.push(command),
    subscribe: (listener) => {
      emit = listener;
      return () => undefined;
    },
    restart: () => emit({ type: "failed", runId: "r1", message: "ended" }),
  };
  const store = createRunStore(client, {
    deliver: (file) => void delivered.push(file),
    tellRefusal: (request, message) => void refusals.push([request, message]),
    nextFrame: (callback) => void frames.push(callback),
  });
  store.start(setupOf(), study);
  return { store, commands, delivered, refusals, frames, emit: (event: WorkerEvent) => emit(event) };
}

const progress = (done: number): WorkerEvent => ({
  type: "progress",
  runId: "r1",
  phase: "sample",
  done,
  total: 64,
});

describe("the run's store", () => {
  test("starts the worker with the folder of the chosen model", () => {
    const { commands } = setUp();
    expect(commands).toMatchObject([{ type: "start", runId: "r1", model: "models/base-64", study }]);
  });

  test("sends a request only when the run can take it", () => {
    const { store, commands, emit } = setUp();
    store.request("pause");
    emit(startedEvent);
    store.request("pause");
    store.request("pause");
    expect(commands.map((command) => command.type)).toEqual(["start", "pause"]);
  });

  test("shows only the latest progress of a frame", () => {
    const { store, frames, emit } = setUp();
    emit(startedEvent);
    let changes = 0;
    store.subscribe(() => changes++);
    [1, 2, 3].forEach((done) => emit(progress(done)));
    expect(frames).toHaveLength(1);
    frames[0]!();
    expect(changes).toBe(1);
    expect(store.getState()).toHaveProperty("progress.done", 3);
  });

  test("progress that waits when the run rests is dropped", () => {
    const { store, frames, emit } = setUp();
    emit(startedEvent);
    emit(progress(5));
    emit({ type: "paused", runId: "r1" });
    frames[0]!();
    expect(store.getState()).toMatchObject({ status: "paused", progress: null });
  });

  test("delivers an exported file of this run and of no other", () => {
    const { delivered, emit } = setUp();
    const zip = new Uint8Array([80, 75]);
    emit({ type: "exported", runId: "r0", fileName: "old.zip", zip });
    emit({ type: "exported", runId: "r1", fileName: "new.zip", zip });
    expect(delivered).toEqual([{ fileName: "new.zip", bytes: zip }]);
  });
  test("tells a refusal of this run and of no other", () => {
    const { refusals, emit } = setUp();
    emit({ type: "refused", runId: "r0", request: "export", message: "of another run" });
    emit({ type: "refused", runId: "r1", request: "evaluate", message: "out of memory" });
    expect(refusals).toEqual([["evaluate", "out of memory"]]);
  });
});
