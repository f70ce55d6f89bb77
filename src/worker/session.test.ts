import { beforeAll, describe, expect, test } from "vitest";
import { readModelFolder } from "../formats/huggingface/modelFolder.ts";
import { unzip } from "../formats/zip/zip.ts";
import * as tf from "../ops/tf.ts";
import { tinyFolder } from "../model/fixture.ts";
import { useImplementation } from "../ops/testBackend.ts";
import { inMemory, type Destination } from "./browser/destination.ts";
import {
  CONFIG,
  type EventOf,
  figures,
  REPORT,
  Stage,
  WHOLE_STORY,
  wholeRun,
  FOLDER,
  tinyFiles,
} from "./fixture.ts";

describe("a whole run of a tiny model, on plain and on fused WASM", () => {
  test.each(["stock operations on wasm", "WASM kernels"] as const)("%s", async (implementation) => {
    await useImplementation(implementation);
    const before = tf.memory().numTensors;
    const stage = await wholeRun();
    expect(stage.story).toEqual(WHOLE_STORY);
    expect(stage.all("started")[0]).toMatchObject({
      backend: REPORT,
      model: { name: "tiny", layers: 2, width: 16 },
    });

    const steps = stage.all("stepped").map(({ metrics }) => metrics);
    const trained = steps.filter(({ gradientNorm }) => gradientNorm !== null);
    expect(trained.length).toBeGreaterThan(0); // else this test shows little
    for (const { logprobGap } of trained) expect(logprobGap).toBeLessThan(1e-4);
    expect(steps[0]!.kl).toBe(0);
    expect(steps.at(-1)!.kl).toBeGreaterThan(0);

    const held = stage.tensors.filter((_, i) => ["stepped", "evaluated"].includes(stage.events[i]!.type));
    expect(new Set(held).size).toBe(1); // no step and no evaluation leaves a tensor behind
    await stage.session.end();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("a session", () => {
  beforeAll(() => useImplementation("WASM kernels"));

  test.each([
    ["a critic", { advantage: "gae" }],
    ["a reward model", { advantage: "prime", klCoefficient: 0 }],
    ["a teacher", { teacherShare: 0.5 }],
  ])("makes %s when the first step asks for it, and gives it back with the policy", async (_, values) => {
    const before = tf.memory().numTensors;
    const stage = await wholeRun({ ...CONFIG, ...values } as typeof CONFIG);
    expect(stage.story).toEqual(WHOLE_STORY);
    const held = stage.tensors.filter((_, i) => ["stepped", "evaluated"].includes(stage.events[i]!.type));
    const [initially = 0, ...later] = held;
    expect(new Set(later).size).toBe(1); // no step leaves a tensor behind
    expect(later[0]).toBeGreaterThan(initially);
    const repeated = await wholeRun({ ...CONFIG, ...values } as typeof CONFIG);
    expect(figures(repeated)).toEqual(figures(stage));
    for (const { session } of [stage, repeated]) await session.end();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("trains an adapter, reports its size, and exports it along with the model", async () => {
    const stage = await wholeRun({ ...CONFIG, trainable: "lora", loraRank: 2, advantage: "gae" });
    expect(stage.story).toEqual(WHOLE_STORY);
    // Rank 2 for the matrices of two layers of width 16: 2 * (32 + 24 + 24 + 32 + 40 + 40 + 40) each.
    expect(stage.all("started")[0]?.model.trained).toBe(928);
    const [before, after] = [stage.all("stepped").at(0), stage.all("stepped").at(-1)];
    expect([before!.metrics.kl, after!.metrics.kl! > 0]).toEqual([0, true]);
    const exported = stage.next("exported");
    stage.session.export(FOLDER, null);
    await exported;
    const [{ file }] = stage.all("exported") as [EventOf<"exported">];
    const files = unzip(new Uint8Array(await file!.arrayBuffer()));
    expect([...files.keys()]).toContain("adapter/adapter_model.safetensors");
    expect(new TextDecoder().decode(files.get("README.md"))).toContain("A LoRA adapter of 928 parameters");
    await stage.session.end();
  });

  test("says what it decided about the model, trains a head that differs from tied embeddings, and exports it", async () => {
    const folder = tinyFolder();
    const head = { shape: [464, 16], data: new Float32Array(464 * 16).fill(0.01) };
    const files = tinyFiles({ ...folder, weights: new Map([...folder.weights, ["lm_head.weight", head]]) });
    const stage = new Stage({ ...CONFIG, steps: 1 }, { downloadModel: () => Promise.resolve(files) });
    await stage.next("finished");
    expect(stage.all("started")[0]?.notice).toContain(
      "lm_head.weight differs from model.embed_tokens.weight",
    );
    const exported = stage.next("exported");
    stage.session.export(FOLDER, null);
    await exported;
    const [{ file }] = stage.all("exported") as [EventOf<"exported">];
    const written = await readModelFolder(unzip(new Uint8Array(await file!.arrayBuffer())));
    expect(written.config).toMatchObject({ tie_word_embeddings: false });
    expect(written.weights.get("lm_head.weight")?.data).not.toEqual(head.data);
    expect(written.weights.size).toBe(folder.weights.size + 1);
    await stage.session.end();
  });

  test("gives the same figures bit for bit for the same seed, and others for another", async () => {
    const [first, second, other] = [
      await wholeRun(),
      await wholeRun(),
      await wholeRun({ ...CONFIG, seed: 2 }),
    ];
    expect(figures(second)).toEqual(figures(first));
    expect(figures(other)).not.toEqual(figures(first));
    for (const stage of [first, second, other]) await stage.session.end();
  });

  test("evaluates on demand without changing what follows", async () => {
    const stage = new Stage();
    stage.on("stepped", () => stage.all("stepped").length === 1 && stage.session.pause());
    await stage.next("paused");
    const evaluated = stage.next("evaluated");
    stage.session.evaluate();
    await evaluated;
    expect(stage.story.at(-1)).toBe("evaluated 1");
    stage.session.resume();
    await stage.next("finished");
    const undisturbed = await wholeRun();
    expect(figures(stage).steps).toEqual(figures(undisturbed).steps);
    for (const { session } of [stage, undisturbed]) await session.end();
  });

  test("refuses a request that fails, stays paused, and then continues as an undisturbed run", async () => {
    const stage = new Stage();
    stage.on("stepped", () => stage.all("stepped").length === 1 && stage.session.pause());
    await stage.next("paused");
    const refused = stage.next("refused");
    stage.on("progress", () => {
      throw new Error("out of memory");
    });
    stage.session.evaluate();
    await refused;
    const message = "out of memory";
    expect(stage.events.at(-1)).toEqual({ type: "refused", runId: "r1", request: "evaluate", message });
    stage.on("progress", () => {});
    const exported = stage.next("exported");
    stage.session.export(FOLDER, null);
    await exported; // the weights are still there
    stage.session.resume();
    await stage.next("finished");
    expect(stage.story).not.toContain("failed");
    const undisturbed = await wholeRun();
    expect(figures(stage).steps).toEqual(figures(undisturbed).steps);
    for (const { session } of [stage, undisturbed]) await session.end();
  });

  test("a cancelled export is discarded and leaves the run paused", async () => {
    const abandoned: string[] = [];
    const destination: Destination = {
      ...inMemory(),
      write: () => {
        stage.session.cancel();
        return Promise.resolve();
      },
      abandon: () => Promise.resolve(void abandoned.push("given up")),
    };
    const stage: Stage = new Stage(CONFIG, { openDestination: () => Promise.resolve(destination) });
    stage.on("stepped", () => stage.session.pause());
    await stage.next("paused");
    const cancelled = stage.next("cancelled");
    stage.session.export(FOLDER, null);
    await cancelled;
    expect(stage.events.at(-1)).toEqual({ type: "cancelled", runId: "r1", request: "export" });
    expect([abandoned, stage.all("exported")]).toEqual([["given up"], []]);
    await stage.session.end();
    expect(stage.story.at(-1)).toBe("stopped");
  });

  test("reports the written bytes of an export, up to the last", async () => {
    const stage = new Stage();
    await stage.next("finished");
    const exported = stage.next("exported");
    stage.session.export({ format: "gguf", packing: "F16" }, null);
    await exported;
    const [{ fileName, file }] = stage.all("exported") as [EventOf<"exported">];
    expect(fileName).toBe("tiny-ttrl-step-5-f16.gguf");
    const last = stage.all("progress").at(-1);
    expect(last).toEqual({
      type: "progress",
      runId: "r1",
      phase: "export",
      done: file!.size,
      total: file!.size,
    });
    await stage.session.end();
  });

  test("reports an error of loading", async () => {
    const downloadModel = (): Promise<never> => Promise.reject(new Error("/models/tiny could not be loaded"));
    const stage = new Stage(CONFIG, { downloadModel });
    await stage.next("failed");
    expect(stage.events).toEqual([
      { type: "failed", runId: "r1", message: "/models/tiny could not be loaded" },
    ]);
    stage.session.export(FOLDER, null);
    await stage.session.end();
    expect(stage.events.at(-1)).toMatchObject({
      type: "refused",
      request: "export",
      message: expect.stringContaining("before its model was loaded") as string,
    });
  });

  test("fails with what the GPU reported, even while paused", async () => {
    const stage = new Stage();
    stage.on("stepped", () => stage.session.pause());
    await stage.next("paused");
    stage.fail("the GPU was lost");
    await stage.next("failed");
    expect(stage.events.at(-1)).toEqual({ type: "failed", runId: "r1", message: "the GPU was lost" });
    await stage.session.end();
  });

  test("stops the previous run and starts after its memory is released", async () => {
    const before = tf.memory().numTensors;
    const first = new Stage();
    await first.next("stepped");
    let atLoad = 0;
    const second = new Stage(
      { ...CONFIG, steps: 1 },
      {
        downloadModel: () => {
          atLoad = tf.memory().numTensors;
          return Promise.resolve(tinyFiles());
        },
      },
      first.session,
    );
    await second.next("finished");
    expect(first.story.at(-1)).toBe("stopped");
    expect(atLoad).toBe(before);
    await second.session.end();
    expect(tf.memory().numTensors).toBe(before);
  });
});
