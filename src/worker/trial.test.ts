import { describe, expect, test } from "vitest";
import { MemoryStorage } from "../hub/fixture.ts";
import * as tf from "../ops/tf.ts";
import type { WorkerEvent } from "./protocol.ts";
import { CONFIG, REPORT, STUDY, tinyFiles } from "./fixture.ts";
import { inMemory } from "./browser/destination.ts";
import type { Platform } from "./session.ts";
import { Trial } from "./trial.ts";

/** A platform with the tiny model, and what is posted to it. */
function stage(changes: Partial<Platform> = {}): { platform: Platform; events: WorkerEvent[] } {
  const events: WorkerEvent[] = [];
  const fault = new AbortController().signal;
  const platform: Platform = {
    startBackend: () => Promise.resolve({ report: REPORT, graphs: "a test has no GPU", fault }),
    downloadModel: () => Promise.resolve(tinyFiles()),
    openDestination: () => Promise.resolve(inMemory()),
    storage: new MemoryStorage(),
    readRecipeFile: () => "",
    post: (event) => void events.push(structuredClone(event)),
    ...changes,
  };
  return { platform, events };
}

const TRY = {
  ...({ type: "try", runId: "t1", model: "models/tiny", study: STUDY, config: CONFIG } as const),
  backend: "auto",
} as const;

const last = (events: readonly WorkerEvent[]): WorkerEvent | undefined => events.at(-1);

describe("a try", () => {
  test("ends with what it saw, and releases its memory", async () => {
    const { platform, events } = stage();
    const before = tf.memory().numTensors;
    const tried = new Promise<void>((resolve) => {
      const post = platform.post;
      Object.assign(platform, {
        post: (event: WorkerEvent) => {
          post(event);
          if (event.type !== "progress") resolve();
        },
      });
    });
    const trial = new Trial(TRY, platform, null);
    await tried;
    await trial.end();
    const event = last(events);
    expect(event).toMatchObject({ type: "tried", runId: "t1" });
    if (event?.type !== "tried") return;
    expect(event.result.questions.map(({ responses, truth }) => [responses.length, truth])).toEqual([
      [8, "B"],
      [8, "B"],
    ]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("is cancelled, and fails with a message", async () => {
    const { platform, events } = stage();
    await new Trial(TRY, platform, null).end();
    expect(last(events)).toEqual({ type: "stopped", runId: "t1" });

    const broken = stage({ downloadModel: () => Promise.reject(new Error("no such model")) });
    const failed = new Promise<WorkerEvent>((resolve) => {
      new Trial(TRY, { ...broken.platform, post: resolve }, null);
    });
    expect(await failed).toEqual({ type: "failed", runId: "t1", message: "no such model" });
  });
});
