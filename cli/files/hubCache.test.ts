/** Data sets of a Hub on the command line, fetched from one on this machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeParquet } from "../../src/formats/parquet.ts";
import { createHubWorkspace, PATIENCE } from "../fixture.ts";

const COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

const shard = (first: number, count: number): Uint8Array =>
  writeParquet(
    { struct: { question: "text", answer: "text" } },
    Array.from({ length: count }, (_, i) => ({
      question: `What is ${first + i} + 1?`,
      answer: `It is one more.\n#### ${first + i + 1}`,
    })),
  );
const { at, hub, ask, stop } = createHubWorkspace(() => ({
  name: "datasets/org/sums",
  commit: COMMIT,
  files: new Map([
    ["main/train-00000-of-00002.parquet", shard(0, 4)],
    ["main/train-00001-of-00002.parquet", shard(4, 4)],
    ["main/test-00000-of-00001.parquet", shard(8, 3)],
  ]),
}));

beforeAll(() => hub.start());
afterAll(stop);

test("the default split is read, and named with the others", { timeout: PATIENCE }, async () => {
  const { status, stdout, stderr } = await ask(["dataset", "hf:datasets/org/sums", "--json"]);
  expect({ status }).toEqual({ status: 0 });
  expect(stderr).toContain("fetching datasets/org/sums:main/test at commit 89abcdef0123");
  const reading = JSON.parse(stdout) as {
    questions: { id: string; prompt: string; answer: string }[];
    notes: string[];
  };
  expect(reading.questions.map(({ answer }) => answer)).toEqual(["9", "10", "11"]);
  expect(reading.notes).toContain('Split "main/test" is read; there is also "main/train".');
  expect(hub.of("main/train-00000-of-00002.parquet")).toEqual([]);
});

test("a run records the commit, and continues without the Hub", { timeout: PATIENCE }, async () => {
  const begun = await ask([
    ...["run", "--model", at("model"), "--dataset", "hf:datasets/org/sums", "--split", "train"],
    ...["--eval", "hf:datasets/org/sums:test", "--config", at("quick.json"), "--backend", "wasm"],
    ...["--steps", "1", "--out", at("run")],
  ]);
  expect(begun).toMatchObject({ status: 0 });
  const described = JSON.parse(readFileSync(at("run", "run.json"), "utf8")) as Record<string, unknown>;
  expect(described).toMatchObject({
    dataset: "sums-main-train",
    datasetSource: { path: `hf:datasets/org/sums@${COMMIT}:main/train` },
    evalSources: [{ path: `hf:datasets/org/sums@${COMMIT}:main/test` }],
  });
  const asked = hub.requests.length;
  expect(await ask(["run", "--resume", at("run"), "--steps", "2"])).toMatchObject({ status: 0 });
  expect(hub.requests).toHaveLength(asked);
  expect(readdirSync(at("cache")).sort().map(decodeURIComponent)).toEqual([
    `datasets/org/sums@${COMMIT}:main/test`,
    `datasets/org/sums@${COMMIT}:main/train`,
  ]);
});

test("what is not on the Hub is refused in one line", { timeout: PATIENCE }, async () => {
  const refusal = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await ask(["dataset", ...args]);
    expect({ status }).toEqual({ status: 2 });
    return stderr;
  };
  expect(await refusal("hf:org/sums")).toMatch(/^ttrl: "hf:org\/sums" is not a data set identifier\. .*\n$/);
  expect(await refusal("hf:datasets/org/sums:dev")).toMatch(
    /no split "dev". Choose one of "main\/test", .*\n$/,
  );
  expect(await refusal("hf:datasets/org/sums:main/test", "--split", "test")).toContain("leave --split out");
  expect(existsSync(at("cache", encodeURIComponent(`datasets/org/sums@${COMMIT}:dev`)))).toBe(false);
});
