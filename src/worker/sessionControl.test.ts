import { beforeAll, describe, expect, test } from "vitest";
import { readModelFolder } from "../formats/huggingface/modelFolder.ts";
import { unzip } from "../formats/zip/zip.ts";
import { tinyFolder } from "../model/fixture.ts";
import { useImplementation } from "../ops/testBackend.ts";
import type { EventOf } from "./fixture.ts";
import { CONFIG, figures, REPORT, Stage, WHOLE_STORY, wholeRun, FOLDER, tinyFiles } from "./fixture.ts";

describe("pausing, stepping and stopping a session", () => {
  beforeAll(() => useImplementation("WASM kernels"));

  test("pauses after the current step and the evaluation due with it, and resumes", async () => {
    const stage = new Stage();
    stage.on("stepped", () => stage.all("stepped").length === 2 && stage.session.pause());
    await stage.next("paused");
    expect(stage.story).toEqual([
      "started",
      "evaluated 0",
      "stepped 1",
      "stepped 2",
      "evaluated 2",
      "paused",
    ]);
    stage.session.resume();
    await stage.next("finished");
    expect(stage.story.filter((event) => !["paused", "resumed"].includes(event))).toEqual(WHOLE_STORY);
    expect(stage.story).toContain("resumed");
    const undisturbed = await wholeRun();
    expect(figures(stage)).toEqual(figures(undisturbed));
    for (const { session } of [stage, undisturbed]) await session.end();
  });

  test("a pause during the initial evaluation takes effect before training", async () => {
    const stage = new Stage();
    stage.on("started", () => stage.session.pause());
    await stage.next("paused");
    expect(stage.story).toEqual(["started", "evaluated 0", "paused"]);
    await stage.session.end();
    expect(stage.story.at(-1)).toBe("stopped");
  });

  test("does one step at a time when asked", async () => {
    const stage = new Stage();
    stage.on("started", () => stage.session.pause());
    await stage.next("paused");
    for (const step of [1, 2]) {
      const paused = stage.next("paused");
      stage.session.step();
      await paused;
      expect(stage.all("stepped").map(({ metrics }) => metrics.step)).toHaveLength(step);
    }
    expect(stage.story.slice(2)).toEqual([
      "paused",
      "resumed",
      "stepped 1",
      "paused",
      "resumed",
      "stepped 2",
      "evaluated 2",
      "paused",
    ]);
    await stage.session.end();
  });

  test("stops inside a step, and its weights stay exportable", async () => {
    const stage = new Stage();
    stage.on("stepped", () =>
      stage.on("progress", () => {
        stage.session.stop(); // while the second step samples
      }),
    );
    await stage.next("stopped");
    expect(stage.story).toEqual(["started", "evaluated 0", "stepped 1", "stopped"]);
    stage.on("progress", () => {}); // the export's own
    const exported = stage.next("exported");
    stage.session.export(FOLDER, null);
    await exported;
    const [{ fileName, file }] = stage.all("exported") as [EventOf<"exported">];
    expect(fileName).toBe("tiny-ttrl-step-1.zip");
    const weights = (await readModelFolder(unzip(new Uint8Array(await file!.arrayBuffer())))).weights;
    expect([...weights.keys()].sort()).toEqual([...tinyFolder().weights.keys()].sort());
    const name = "model.embed_tokens.weight";
    expect(weights.get(name)?.data).not.toEqual(tinyFolder().weights.get(name)?.data); // one step was trained
    await stage.session.end();
  });

  test("stopped before its model is loaded starts nothing", async () => {
    const stage = new Stage();
    stage.session.stop();
    await stage.next("stopped");
    expect(stage.story).toEqual(["stopped"]);
  });

  test("stopped while its backend starts downloads nothing", async () => {
    let downloads = 0;
    const stage = new Stage(CONFIG, {
      startBackend: () => {
        stage.session.stop();
        return Promise.resolve({ report: REPORT, graphs: "a test", fault: new AbortController().signal });
      },
      downloadModel: (_, signal) => {
        signal.throwIfAborted(); // as fetch does
        downloads++;
        return Promise.resolve(tinyFiles());
      },
    });
    await stage.next("stopped");
    expect(downloads).toBe(0);
  });

  test("stops an evaluation on demand with the run", async () => {
    const stage = new Stage();
    stage.on("stepped", () => stage.session.pause());
    await stage.next("paused");
    const before = stage.all("evaluated").length;
    stage.session.evaluate();
    stage.session.stop();
    await stage.session.end();
    expect(stage.story.at(-1)).toBe("stopped");
    expect(stage.all("evaluated")).toHaveLength(before);
  });
});
