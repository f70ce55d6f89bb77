import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCheckpoint, writeCheckpoint, type Checkpoint } from "./checkpoint.ts";

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "ttrl-checkpoint-")), "checkpoint");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

function checkpointAfter(step: number): Checkpoint {
  return {
    // Numbers that only bits keep: the smallest subnormal, a negative zero, a third.
    weights: new Map([["w", tensor(1.401298464324817e-45, -0, 1 / 3)]]),
    optimizer: {
      updates: 7,
      firstMoments: new Map([["w", tensor(1, 2, 3)]]),
      secondMoments: new Map([["w", tensor(4, 5, 6)]]),
    },
    companions: new Map([
      [
        "critic",
        {
          weights: new Map([["score.weight", tensor(-1)]]),
          optimizer: {
            updates: 3,
            firstMoments: new Map([["score.weight", tensor(7)]]),
            secondMoments: new Map([["score.weight", tensor(8)]]),
          },
        },
      ],
      ["follower", { weights: new Map([["w", tensor(9)]]), optimizer: null }],
    ]),
    progress: {
      loop: {
        step,
        queue: [2, 0, 1],
        random: [4294967295, 0, 1, 2],
        labels: [
          ["q", null],
          ["r", "8"],
        ],
      },
      evaluated: false,
    },
    plannedSteps: 9,
    metrics: Array.from({ length: step }, (_, i) => `{"type":"step","step":${i + 1}}`),
    timing: Array.from({ length: step }, () => '{"seconds":1}'),
  };
}

test("a checkpoint is read back as it was written", async () => {
  await writeCheckpoint(folder, checkpointAfter(2));
  expect(readCheckpoint(folder)).toEqual(checkpointAfter(2));
});

test("one written before labels were remembered and policies had companions is read, with none", async () => {
  await writeCheckpoint(folder, checkpointAfter(2));
  const [entry] = readdirSync(folder);
  const path = join(folder, entry ?? "", "state.json");
  const state = JSON.parse(readFileSync(path, "utf8")) as {
    companions?: unknown;
    progress: { loop: { labels?: unknown } };
  };
  delete state.progress.loop.labels;
  delete state.companions;
  writeFileSync(path, JSON.stringify(state));
  const read = readCheckpoint(folder);
  expect(read?.progress.loop).toMatchObject({ step: 2, labels: [] });
  expect(read?.companions.size).toBe(0);
});

test("there is none before the first", () => {
  expect(readCheckpoint(folder)).toBeNull();
});

test("only the newest is kept, also when the run went back to an earlier step", async () => {
  for (const step of [1, 3, 2]) await writeCheckpoint(folder, checkpointAfter(step));
  expect(readdirSync(folder)).toHaveLength(1);
  expect(readCheckpoint(folder)?.progress.loop.step).toBe(2);
});

test("more than nine checkpoints keep their order", async () => {
  for (let step = 1; step <= 12; step++) await writeCheckpoint(folder, checkpointAfter(step));
  expect(readCheckpoint(folder)?.progress.loop.step).toBe(12);
});

test("one that was being written when the program was killed is passed over, and then replaced", async () => {
  await writeCheckpoint(folder, checkpointAfter(1));
  mkdirSync(join(folder, "00000002.partial"));
  writeFileSync(join(folder, "00000002.partial", "state.json"), '{"upd');
  expect(readCheckpoint(folder)?.progress.loop.step).toBe(1);
  await writeCheckpoint(folder, checkpointAfter(2));
  expect(readdirSync(folder)).toEqual(["00000002"]);
});

test("an older one that could not be removed in time does not matter", async () => {
  await writeCheckpoint(folder, checkpointAfter(1));
  mkdirSync(join(folder, "00000000")); // half removed: nothing in it
  expect(readCheckpoint(folder)?.progress.loop.step).toBe(1);
});

test("a damaged one is told with its path", async () => {
  await writeCheckpoint(folder, checkpointAfter(1));
  writeFileSync(join(folder, "00000001", "model.safetensors"), "x");
  expect(() => readCheckpoint(folder)).toThrow(/00000001: this checkpoint is damaged .*start the run again/);
});
