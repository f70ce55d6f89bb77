import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { corpus, SKILL_MIX } from "../../src/tasks/corpus.ts";
import { datasetFiles } from "./buildDatasets.ts";
import { checkCorpus } from "./checkCorpus.ts";
import { LADDER, type Stage } from "./ladder.ts";

const FOLDER = new URL("../../public/datasets/", import.meta.url);

test("the committed data sets are what the generator makes", () => {
  const files = datasetFiles();
  expect(readdirSync(FOLDER).sort()).toEqual([...files.keys()].sort());
  for (const [name, text] of files) expect(readFileSync(new URL(name, FOLDER), "utf8"), name).toBe(text);
});

test("rows have the paper's fields and a level, and ids are unique", () => {
  const rows = JSON.parse(datasetFiles().get("word.json") ?? "") as Record<string, string>[];
  expect(rows).toHaveLength(200);
  expect(Object.keys(rows[0] ?? {})).toEqual(["prompt", "answer", "source", "id", "level"]);
  expect(rows[0]).toMatchObject({ source: "ttrl-lab/word", id: "word-L1-0", level: "L1" });
  expect(new Set(rows.map(({ id }) => id)).size).toBe(200);
});

describe("no test prompt is in the corpus", () => {
  // The models of the ladder share their corpora; a shorter one is the beginning of a longer one.
  const longest = new Map<string, Stage>();
  for (const stage of LADDER.flatMap(({ stages }) => stages)) {
    const key = `${stage.name}, seed ${stage.seed}`;
    if (stage.documents > (longest.get(key)?.documents ?? 0)) longest.set(key, stage);
  }

  test.each([...longest])("%s, every document an embedded model was trained on", (_key, stage) => {
    const check = checkCorpus(corpus(stage));
    expect(check.hits).toEqual([]);
    expect(check.documents).toBe(stage.documents);
    // One-step arithmetic is a small set, so the same sums occur under other names; longer chains hardly ever repeat.
    expect(check.sameArithmetic.L1).toBeGreaterThan(0);
    expect(check.sameArithmetic.L5).toBeLessThan(10);
  });

  test("and one that slipped in would be found", () => {
    const rows = JSON.parse(datasetFiles().get("word-heldout.json") ?? "") as { prompt: string }[];
    const planted = rows[123]?.prompt ?? "";
    const documents = [...corpus({ documents: 5, seed: 1, mix: SKILL_MIX })];
    expect(checkCorpus(documents.map((d, i) => (i === 3 ? { ...d, prompt: planted } : d))).hits).toEqual([
      planted,
    ]);
  });
});
