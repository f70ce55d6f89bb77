import { readDataset } from "../data/dataset.ts";
import { beforeEach, describe, expect, test } from "vitest";
import type { WorkerClient } from "../worker/client.ts";
import type { Command, WorkerEvent } from "../worker/protocol.ts";
import { configurationText } from "./setup/configurationFile.ts";
import type { DroppedFile } from "./setup/dropped.ts";
import { FakeHubClient, memoryResults, offers, setupOf, startedEvent } from "./fixture.ts";
import type { DownloadPlan, StoredModel } from "./hub.ts";
import { createLab, type Lab } from "./lab.ts";
import { startObstacle } from "./startRun.ts";

const STORED: StoredModel = {
  repository: "org/tiny",
  revision: "main",
  file: null,
  commit: "0123",
  source: "https://hub.example",
  asked: "2026-11-27T12:00:00.000Z",
  folder: "folder",
  bytes: 10,
  keptBytes: 10,
  isComplete: true,
};

const PLAN: DownloadPlan = {
  id: { repository: "org/tiny", revision: "main", file: null },
  commit: "0123",
  source: "https://hub.example",
  files: [],
  bytes: 10,
  keptBytes: 0,
  freeBytes: null,
  splits: [],
  notes: [],
};

const FILES: Readonly<Record<string, string>> = {
  "models/index.json": JSON.stringify([
    { name: "small", title: "Small", description: "", parameters: 1000 },
    { name: "base-64", title: "Base", description: "", parameters: 2000 },
  ]),
  "datasets/index.json": JSON.stringify([
    { file: "word.json", title: "Word problems", description: "", task: "math", questions: 1 },
    { file: "other.json", title: "Others", description: "", task: "math", questions: 1 },
  ]),
  "datasets/word.json": '[{"prompt": "1+1?", "answer": "2", "id": "w"}]',
  "datasets/other.json": '[{"prompt": "2+2?", "answer": "4", "id": "o"}]',
};

const file = (path: string, text: string): DroppedFile => ({
  path,
  file: new Blob([text]),
});

const blob = (path: string): DroppedFile & { readonly file: Blob } => ({
  path,
  file: new File([path], path),
});

let hub: FakeHubClient;
let persisted: number;
let lab: Lab;
let commands: Command[];
let emit: (event: WorkerEvent) => void;

function openLab(hash = "", stored: readonly StoredModel[] = []): Promise<void> {
  commands = [];
  const listeners: ((event: WorkerEvent) => void)[] = [];
  emit = (event) => listeners.forEach((listener) => listener(event));
  const client: WorkerClient = {
    send: (command) => void commands.push(command),
    subscribe: (listener) => {
      listeners.push(listener);
      return () => undefined;
    },
    restart: () => undefined,
  };
  hub = new FakeHubClient();
  hub.stored = stored;
  persisted = 0;
  lab = createLab({
    hubClient: hub,
    modelsClient: { run: () => () => undefined },
    persist: () => {
      persisted++;
    },
    client,
    planner: { ask: () => {} },
    hash,
    readDataset,
    readText: (path) => {
      const text = FILES[path];
      return text === undefined ? Promise.reject(new Error(`no ${path}`)) : Promise.resolve(text);
    },
    storage: memoryResults(),
    download: () => undefined,
    chooseDestination: () => Promise.resolve("downloads"),
    nextFrame: (callback) => callback(),
  });
  return lab.open();
}

const obstacle = (): string | null =>
  startObstacle(lab.catalogue.getState(), lab.dataset.getState(), lab.settings.getState());

beforeEach(() => openLab());

describe("the lab", () => {
  test("is ready to run the first model on the first data set once it is open", () => {
    expect(obstacle()).toBeNull();
    lab.start();
    expect(commands).toMatchObject([
      {
        type: "start",
        model: "models/small",
        backend: "auto",
        study: { name: "word", questions: [{ id: "w", prompt: "1+1?" }], answers: [["w", "2"]] },
      },
    ]);
  });

  test("follows a link, and says when it names what this page does not have", async () => {
    await openLab("#model=base-64&dataset=gone.json&steps=7");
    expect(lab.settings.getState()).toMatchObject({ model: "base-64", dataset: null });
    expect(lab.notice.getState()).toMatchObject({ tone: "error" });
    expect(lab.notice.getState()?.text).toContain('Not available: data set "gone.json"');
    lab.start();
    expect(commands).toMatchObject([{ model: "models/base-64", config: { steps: 7 } }]);
  });

  test("does not start with a wrong setting", () => {
    const { texts } = lab.settings.getState();
    lab.settings.setState({ texts: { ...texts, steps: "many" } });
    lab.start();
    expect(commands).toEqual([]);
    expect(obstacle()).toContain("setting");
  });

  test("uses a dropped data set, and keeps it when the next one cannot be read", async () => {
    await lab.openFiles([file("mine.json", '[{"prompt": "3+3?"}]')]);
    await lab.openFiles([file("broken.json", "[{")]);
    expect(lab.dataset.getState()).toMatchObject({ status: "failed", inUse: { fileName: "mine.json" } });
    lab.start();
    expect(commands).toMatchObject([{ study: { name: "mine", answers: [] } }]);
  });

  test("takes the configuration of another run, data set included", async () => {
    await lab.openFiles([file("mine.json", '[{"prompt": "3+3?"}]')]);
    await lab.openFiles([file("run.json", configurationText(setupOf({ steps: 7 })))]);
    expect(lab.notice.getState()).toEqual({ tone: "info", text: "Applied the configuration in run.json." });
    expect(lab.dataset.getState()).toMatchObject({ status: "ready", inUse: { fileName: "word.json" } });
    lab.start();
    expect(commands).toMatchObject([{ model: "models/base-64", config: { steps: 7 } }]);
  });

  test("offers stored models at once, by a name that a link can hold", async () => {
    await openLab(`#model=${encodeURIComponent("org/tiny@0123")}`, [
      STORED,
      { ...STORED, commit: "9", isComplete: false },
    ]);
    expect(lab.settings.getState().model).toBe("org/tiny@0123");
    const state = lab.catalogue.getState();
    expect(state.status === "ready" && state.models.map(({ name }) => name)).toEqual([
      "small",
      "base-64",
      "org/tiny@0123",
    ]);
    lab.start();
    expect(commands).toMatchObject([{ type: "start", model: "org/tiny@0123", storedModel: "folder" }]);
  });

  test("fetches a model after the user's word alone, and takes it", () => {
    lab.hub.lookUp("model", "org/tiny", { source: "https://hub.example", token: "hf_secret" });
    expect(hub.commands.at(-1)).toEqual({
      type: "lookUp",
      kind: "model",
      id: "org/tiny",
      source: "https://hub.example",
      token: "hf_secret",
    });
    hub.emit({ type: "planned", plan: PLAN });
    expect(lab.hub.getState().task).toMatchObject({ status: "planned" });
    lab.hub.fetch("hf_secret");
    expect(hub.commands.at(-1)).toEqual({ type: "fetch", plan: PLAN, token: "hf_secret" });
    expect(JSON.stringify(lab.hub.getState())).not.toContain("hf_secret");
    hub.emit({ type: "fetched", folder: "folder", files: null });
    hub.emit({ type: "listed", models: [STORED], removed: [] });
    expect(persisted).toBe(1);
    expect(lab.settings.getState().model).toBe("org/tiny@0123");
    expect(lab.notice.getState()?.text).toBe("org/tiny is downloaded and selected.");
    hub.emit({ type: "listed", models: [], removed: ["org/tiny@0123"] });
    expect(lab.settings.getState().model).toBeNull();
    expect(lab.hub.getState().notice).toContain("org/tiny@0123 was corrupt and has been removed");
  });

  test("opens a data set of the Hub as a dropped one, and remembers it", async () => {
    const id = { repository: "datasets/org/sums", revision: "main", file: "main/test" };
    const plan = { ...PLAN, id, splits: ["main/test", "main/train"] };
    lab.hub.lookUp("data set", "org/sums", { source: "https://hub.example", token: null });
    hub.emit({ type: "planned", plan });
    lab.hub.chooseSplit("main/train", null);
    expect(hub.commands.at(-1)).toMatchObject({ type: "lookUp", id: { ...id, file: "main/train" } });
    hub.emit({ type: "planned", plan: { ...plan, id: { ...id, file: "main/train" } } });
    lab.hub.fetch(null);
    const blob = new Blob(['[{"prompt": "3+3?", "answer": "6"}]']);
    hub.emit({ type: "fetched", folder: "folder", files: [{ path: "sums-main-train.parquet", blob }] });
    hub.emit({ type: "listed", models: [{ ...STORED, ...id }], removed: [] });
    expect(lab.hub.getState()).toMatchObject({
      task: { status: "idle" },
      recent: ["org/sums:main/train"],
    });
    await expect.poll(() => lab.dataset.getState().status).toBe("ready");
    expect(lab.dataset.getState()).toMatchObject({
      inUse: { source: "file", title: "org/sums:main/train", reading: { name: "sums-main-train" } },
    });
    const state = lab.catalogue.getState();
    expect(state.status === "ready" && state.models.map(({ name }) => name)).toEqual(["small", "base-64"]);
  });

  test("asks every question in the prompt that is set up", () => {
    const prompt = { system: "Be brief.", suffix: "\nBox it." };
    lab.settings.setState({ prompt });
    lab.start();
    expect(commands).toMatchObject([{ type: "start", prompt }]);
  });

  test("takes no file while a run is under way", async () => {
    lab.start();
    emit(startedEvent);
    await lab.openFiles([file("mine.json", '[{"prompt": "3+3?"}]')]);
    expect(lab.dataset.getState()).toMatchObject({ inUse: { fileName: "word.json" } });
    expect(lab.notice.getState()?.text).toContain("a run is in progress");
  });

  test("takes a dropped model, and trains it instead of one of the page's", async () => {
    const gguf = blob("small.gguf");
    await lab.openFiles([gguf]);
    expect(lab.settings.getState().model).toBe("small (local)"); // "small" ships with the page
    expect(lab.notice.getState()).toMatchObject({ tone: "info" });
    lab.start();
    const modelFiles = [{ path: "small.gguf", blob: gguf.file }];
    expect(commands).toMatchObject([{ type: "start", model: "small (local)", modelFiles }]);
    emit({ type: "stopped", runId: "r1" });

    lab.settings.setState({ model: "small" });
    lab.start();
    expect(commands[1]).toMatchObject({ model: "models/small" });
    expect(commands[1]).not.toHaveProperty("modelFiles");
  });

  test("a model dropped again replaces the one of its name", async () => {
    const [first, second] = [blob("mine.gguf"), blob("mine.gguf")];
    for (const one of [first, second]) await lab.openFiles([one]);
    const state = lab.catalogue.getState();
    const local = state.status === "ready" ? state.models.slice(2) : [];
    expect(local).toMatchObject([{ name: "mine", parameters: null }]);
    expect(local[0]!.files![0]!.blob).toBe(second.file);
  });

  test("takes a dropped folder of a model under the folder's name", async () => {
    await lab.openFiles(["config.json", "model.safetensors"].map((name) => blob(`mine/${name}`)));
    expect(lab.settings.getState().model).toBe("mine");
    lab.start();
    const paths = commands.flatMap((command) => (command.type === "start" ? command.modelFiles : []));
    expect(paths).toMatchObject([{ path: "mine/config.json" }, { path: "mine/model.safetensors" }]);
  });

  test("says what is missing from files that are neither a model nor a data set", async () => {
    await lab.openFiles([blob("mine/model.safetensors"), blob("mine/tokenizer.json")]);
    expect(lab.notice.getState()?.text).toMatch(/^mine was not opened: config\.json is missing/);
    await lab.openFiles([file("notes.docx", "PK"), file("photo.png", "")]);
    const problem: unknown = expect.stringContaining("no data set is among notes.docx, photo.png");
    expect(lab.dataset.getState()).toMatchObject({ message: problem, inUse: { fileName: "word.json" } });
  });

  test("says what a run at rest refused, and why", async () => {
    lab.start();
    for (const event of [startedEvent, { type: "paused", runId: "r1" } as const]) emit(event);
    await lab.run.exportAs(offers[0]!.form);
    emit({ type: "refused", runId: "r1", request: "export", message: "out of memory" });
    expect(lab.notice.getState()).toEqual({
      tone: "error",
      text: "Export failed: out of memory. The run is unchanged.",
    });
    expect(lab.run.getState()).toMatchObject({ status: "paused", activity: null });
  });

  test("the data set chosen last wins, however slowly the others load", async () => {
    lab.chooseDataset("other.json");
    await lab.openFiles([file("mine.json", '[{"prompt": "3+3?"}]')]);
    await Promise.resolve();
    expect(lab.dataset.getState()).toMatchObject({ inUse: { fileName: "mine.json" } });
  });
});
