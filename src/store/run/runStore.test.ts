import { describe, expect, test } from "vitest";
import type { WorkerClient } from "../../worker/client.ts";
import type { IdleRequest, Command, StudyMessage, WorkerEvent } from "../../worker/protocol.ts";
import { offers, setupOf, startedEvent, steppedEvent } from "../fixture.ts";
import { createRunStore, type Destination, type ExportedFile } from "./runStore.ts";

const study: StudyMessage = { name: "word", task: "math", questions: [], answers: [] };

function setUp() {
  const commands: Command[] = [];
  const delivered: ExportedFile[] = [];
  const saved: string[] = [];
  const asked: [string, number][] = [];
  let destination: Destination = "downloads";
  const refusals: [IdleRequest, string][] = [];
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
    download: (file) => void delivered.push(file),
    onSaved: (fileName) => void saved.push(fileName),
    chooseDestination: (fileName, bytes) => {
      asked.push([fileName, bytes]);
      return Promise.resolve(destination);
    },
    onRefused: (request, message) => void refusals.push([request, message]),
    nextFrame: (callback) => void frames.push(callback),
  });
  store.start(setupOf(), study);
  return {
    ...{ store, commands, delivered, saved, asked, refusals, frames },
    emit: (event: WorkerEvent) => emit(event),
    choose: (chosen: Destination) => (destination = chosen),
  };
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

  test("sends a request only when the run can accept it", () => {
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

  test("pending progress is dropped when the run pauses", () => {
    const { store, frames, emit } = setUp();
    emit(startedEvent);
    emit(progress(5));
    emit({ type: "paused", runId: "r1" });
    frames[0]!();
    expect(store.getState()).toMatchObject({ status: "paused", progress: null });
  });

  test("downloads an exported file of this run only, or reports that it was saved where the user chose", () => {
    const { delivered, saved, emit } = setUp();
    const file = new Blob(["PK"]);
    emit({ type: "exported", runId: "r0", fileName: "old.zip", file });
    emit({ type: "exported", runId: "r1", fileName: "new.zip", file });
    expect(delivered).toEqual([{ fileName: "new.zip", file }]);
    emit({ type: "exported", runId: "r1", fileName: "chosen.zip", file: null });
    expect([delivered.length, saved]).toEqual([1, ["chosen.zip"]]);
  });

  test("exports only in an offered format, to the file that the user chose", async () => {
    const { store, commands, asked, choose, emit } = setUp();
    const [folder, gguf] = offers;
    await store.exportAs(folder!.form); // nothing is offered yet
    for (const event of [startedEvent, steppedEvent(1), { type: "paused", runId: "r1" } as const])
      emit(event);
    await store.exportAs(gguf!.form); // cannot be written
    choose("cancelled");
    await store.exportAs(folder!.form);
    expect([commands.length, asked]).toEqual([1, [["base-64-ttrl-step-1.zip", 1_000_000]]]);
    expect(store.getState()).toHaveProperty("activity", null);

    choose("downloads");
    await store.exportAs(folder!.form);
    expect(commands[1]).toEqual({ type: "export", runId: "r1", form: folder!.form, file: null });
    expect(store.getState()).toHaveProperty("activity", "exporting");
    store.request("cancel");
    expect(commands[2]).toEqual({ type: "cancel", runId: "r1" });
  });

  test("reports refusals of this run only", () => {
    const { refusals, emit } = setUp();
    emit({ type: "refused", runId: "r0", request: "export", message: "of another run" });
    emit({ type: "refused", runId: "r1", request: "evaluate", message: "out of memory" });
    expect(refusals).toEqual([["evaluate", "out of memory"]]);
  });
});
