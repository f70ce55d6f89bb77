import { expect, test } from "vitest";
import { readDataset, type DatasetOptions } from "../../data/dataset.ts";
import { createNoticeStore } from "../notice.ts";
import { createDatasetStore, datasetInUse, type DatasetState } from "./dataset.ts";
import { createSettingsStore, DEFAULT_SETTINGS } from "./settings.ts";
import { changeOptions, changeRole, readUserFiles, recordOptions, valueAt, valueText } from "./userFiles.ts";

const ROWS = [
  { question: "1+1?", answer: "3", checked: "2", note: null },
  { question: "2+2?", answer: "5", checked: "4", note: "by hand" },
];
const fileOf = (rows: readonly object[], path = "sums.json") => [
  { path, blob: new Blob([JSON.stringify(rows)]) },
];

function setUp(datasetOptions: DatasetOptions = {}) {
  const settings = createSettingsStore({ ...DEFAULT_SETTINGS, datasetOptions });
  const dataset = createDatasetStore(() => Promise.reject(new Error("no files")), readDataset);
  const notice = createNoticeStore();
  dataset.subscribe(() => recordOptions({ settings, dataset }));
  const stores = { settings, dataset, notice };
  const answers = () => [...(datasetInUse(dataset.getState())?.reading.answerKey.values() ?? [])];
  return { ...stores, stores, answers };
}

test("a column takes a role over from the column that had it, and gives it back", async () => {
  const { stores, settings, dataset, answers } = setUp();
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  expect(answers()).toEqual(["3", "5"]);
  expect(settings.getState().datasetOptions).toEqual({});
  await changeRole(stores, "checked", "answer");
  expect(answers()).toEqual(["2", "4"]);
  const { map } = settings.getState().datasetOptions;
  expect(map).toMatchObject({ prompt: ["question"], answer: ["checked", "answer"], solution: [] });
  await changeRole(stores, "checked", null);
  expect(answers()).toEqual(["3", "5"]);
  await changeRole(stores, "answer", null);
  expect(answers()).toEqual([]);
  expect(datasetInUse(dataset.getState())?.reading.columns).toContainEqual({
    name: "answer",
    role: null,
    reason: expect.any(String) as string,
  });
});

test("two changes at once are both made", async () => {
  const { stores, settings } = setUp();
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  await Promise.all([changeRole(stores, "checked", "answer"), changeRole(stores, "note", "context")]);
  expect(settings.getState().datasetOptions.map).toMatchObject({
    answer: ["checked", "answer"],
    context: ["note"],
  });
});

test("a change that leaves no prompt is refused, and the settings say what is in use", async () => {
  const { stores, settings, dataset } = setUp();
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  await changeRole(stores, "question", null);
  expect(dataset.getState()).toMatchObject({ status: "failed", inUse: { title: "sums.json" } });
  expect(settings.getState().datasetOptions).toEqual({});
});

test("options of a link apply to the files opened next, not to those after", async () => {
  const { stores, settings, answers } = setUp({ map: { answer: ["checked"] }, limit: 1 });
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  expect(answers()).toEqual(["2"]);
  await readUserFiles(stores, "others.json", fileOf(ROWS, "others.json"));
  expect(answers()).toEqual(["3", "5"]);
  expect(settings.getState().datasetOptions).toEqual({});
});

test("options that do not fit are ignored with a notice", async () => {
  const { stores, notice, answers } = setUp({ map: { answer: ["gold"] } });
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  expect(answers()).toEqual(["3", "5"]);
  expect(notice.getState()?.text).toContain('there is no column "gold"');
});

test("another split is read with the roles that were chosen", async () => {
  const { stores, dataset, answers } = setUp();
  const other = ROWS.map((row) => ({ ...row, checked: `${row.checked}0` }));
  await readUserFiles(stores, "sums", [
    ...fileOf(ROWS, "sums/test.json"),
    ...fileOf(other, "sums/train.json"),
  ]);
  await changeRole(stores, "checked", "answer");
  expect(answers()).toEqual(["2", "4"]);
  await changeOptions(stores, { split: "train" });
  expect(datasetInUse(dataset.getState())?.reading.split).toBe("train");
  expect(answers()).toEqual(["20", "40"]);
});

test("a cell shows its value as text, cut where it is long", () => {
  const row = { a: null, b: ["x"], c: "y".repeat(300), d: { e: 7 } };
  expect(["a", "b", "d.e", "f"].map((column) => valueText(valueAt(row, column)))).toEqual([
    "",
    '["x"]',
    "7",
    "",
  ]);
  expect(valueText(valueAt(row, "c"))).toHaveLength(201);
});

test("limit, offset and shuffle seed are changed and taken away", async () => {
  const { stores, settings, answers } = setUp();
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  await changeOptions(stores, { limit: 1, offset: 1 });
  expect(answers()).toEqual(["5"]);
  await changeOptions(stores, { offset: undefined });
  expect(answers()).toEqual(["3"]);
  expect(settings.getState().datasetOptions).toEqual({ limit: 1 });
  await changeOptions(stores, { offset: 2 });
  expect(stores.dataset.getState()).toMatchObject({ status: "failed" });
  expect(settings.getState().datasetOptions).toEqual({ limit: 1 });
});

test("the first rows are shown while the others are read", async () => {
  const { stores, dataset } = setUp();
  const previews: DatasetState[] = [];
  dataset.subscribe((state) => previews.push(state));
  await readUserFiles(stores, "sums.json", fileOf(ROWS));
  expect(previews.map(({ status }) => status)).toEqual(["reading", "reading", "ready"]);
  expect(previews[1]).toMatchObject({
    preview: { columns: ["question", "answer", "checked", "note"], firstRows: ROWS },
  });
});

test("files opened later end the reading of those before", async () => {
  const { stores, answers } = setUp();
  const first = readUserFiles(stores, "sums.json", fileOf(ROWS));
  await readUserFiles(stores, "others.json", fileOf([{ question: "3+3?", answer: "6" }], "others.json"));
  await first;
  expect(answers()).toEqual(["6"]);
});
