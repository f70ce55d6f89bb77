import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStored } from "./cache.ts";
import { download } from "./download.ts";
import { FakeHub, impatient, MemoryStorage } from "./fixture.ts";
import { HubError } from "./hubError.ts";
import { datasetPath, hubIdText, parseDatasetId } from "./hubId.ts";
import { planDownload, type DownloadPlan } from "./plan.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const CONVERTED = "fedcba9876543210fedcba9876543210fedcba98";
const never = new AbortController().signal;
const filesOf = (...paths: string[]): Map<string, Uint8Array> =>
  new Map(paths.map((path) => [path, new TextEncoder().encode(`bytes of ${path}`)]));

let hub: FakeHub;
let storage: MemoryStorage;
beforeEach(() => {
  storage = new MemoryStorage();
});
afterEach(() => hub.stop());

async function serve(own: string[], converted?: string[]): Promise<void> {
  hub = await new FakeHub({
    name: "datasets/org/sums",
    commit: COMMIT,
    files: filesOf("README.md", ...own),
    ...(converted && { converted: { commit: CONVERTED, files: filesOf(...converted) } }),
  }).start();
}

const plan = (id: string): Promise<DownloadPlan> =>
  planDownload(impatient(hub), storage, parseDatasetId(id), never);
const chosen = async (id: string) => {
  const { files, notes, ...planned } = await plan(id);
  return { split: planned.id.file, paths: files.map(({ path }) => path), notes };
};

const CONFIGS = [
  "main/test-00000-of-00001.parquet",
  "main/train-00000-of-00002.parquet",
  "main/train-00001-of-00002.parquet",
  "socratic/test-00000-of-00001.parquet",
];

describe("a split of a data set", () => {
  test.each([
    ["", "main/test", ['Split "main/test" is read; there is also "main/train", "socratic/test".']],
    [":main/train", "main/train", []],
    [":train", "main/train", []],
    [
      ":socratic",
      "socratic/test",
      ['Split "socratic/test" is read; there is also "main/test", "main/train".'],
    ],
    [":main", "main/test", ['Split "main/test" is read; there is also "main/train", "socratic/test".']],
  ])('of the name with "%s" is %s', async (written, split, notes) => {
    await serve(CONFIGS);
    const paths = CONFIGS.filter((path) => path.startsWith(`${split}-`));
    expect(await chosen(`datasets/org/sums${written}`)).toEqual({ split, paths, notes });
  });

  test("that is not there, or could be one of several, is an error that lists them", async () => {
    await serve(CONFIGS);
    const list =
      'Choose one of "main/test", "main/train", "socratic/test", as in datasets/org/sums:main/test';
    await expect(plan("datasets/org/sums:dev")).rejects.toThrow(`there is no split "dev". ${list}`);
    await expect(plan("datasets/org/sums:test")).rejects.toThrow(`"test" may mean several splits. ${list}`);
  });

  test.each([
    ["data/test-00000-of-00001-0a1b2c3d4e5f6789.parquet", "test"],
    ["validation.parquet", "validation"],
    ["data/train/0000.parquet", "train"],
    ["0000.parquet", "default"],
  ])("is found by the path %s", async (path, split) => {
    await serve([path, "notes.jsonl"]);
    expect(await chosen("datasets/org/sums")).toEqual({ split, paths: [path], notes: [] });
    expect(await chosen("datasets/org/sums:default")).toMatchObject({ split });
  });
});

describe("a data set without Parquet files", () => {
  const note =
    "datasets/org/sums has no Parquet files of its own: the Hub's conversion is read (refs/convert/parquet).";

  test("is read from the branch that the Hub makes, at its commit", async () => {
    await serve(["test.jsonl"], ["default/test/0000.parquet", "default/train/0000.parquet"]);
    expect(await plan("datasets/org/sums:default/train")).toMatchObject({ commit: CONVERTED, notes: [note] });
    expect(await chosen(`datasets/org/sums@${CONVERTED}:train`)).toMatchObject({ split: "train", notes: [] });
  });

  test("is refused if there is no such branch, or at another revision", async () => {
    await serve(["test.jsonl"]);
    await expect(plan("datasets/org/sums")).rejects.toThrow(
      /no Parquet files at revision main, and the Hub's/,
    );
    await expect(plan(`datasets/org/sums@${COMMIT}`)).rejects.toThrow("leave the revision out");
  });
});

test("a split is downloaded over a cut connection, verified, and named after data set and split", async () => {
  await serve(CONFIGS);
  hub.fault = ({ path, turn }) => (path.endsWith("1-of-00002.parquet") && turn === 0 ? { cutAfter: 9 } : {});
  const planned = await plan("hf:datasets/org/sums:train");
  const watch = { signal: never, onProgress: () => undefined };
  const folder = await download(impatient(hub), storage, planned, watch);
  expect(decodeURIComponent(folder)).toBe(`datasets/org/sums@${COMMIT}:main/train`);
  const opened = await openStored(storage, folder, never);
  expect([...opened.keys()].map((name) => datasetPath(planned.id, name, false))).toEqual([
    "sums-main-train/train-00000-of-00002.parquet",
    "sums-main-train/train-00001-of-00002.parquet",
  ]);
  expect(hub.of("main/train-00001-of-00002.parquet").map(({ headers }) => headers.range)).toEqual([
    undefined,
    "bytes=9-",
  ]);
  expect(hub.of("main/test-00000-of-00001.parquet")).toEqual([]);
});

test.each(["org/sums", "datasets/org", "datasets/org/sums:", "datasets/org/sums:../a", "hf:datasets/a/b/c"])(
  '"%s" is no data set',
  async (written) => {
    await serve([]);
    expect(() => parseDatasetId(written)).toThrow(HubError);
    expect(hubIdText(parseDatasetId("hf:datasets/a/b@v1:c/d"))).toBe("datasets/a/b@v1:c/d");
  },
);
