import { existsSync, readFileSync } from "node:fs";
import { gzipSync, zipSync } from "fflate";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { readDataset, type DatasetFile, type DatasetReading } from "./dataset.ts";

interface Row {
  readonly question: string;
  readonly answer: string;
}

type Render = (rows: readonly Row[]) => DatasetFile[];

const blobOf = (...parts: (string | Uint8Array)[]): Blob =>
  new Blob(parts.map((part) => (typeof part === "string" ? part : new Uint8Array(part))));
const file = (path: string, ...parts: (string | Uint8Array)[]): DatasetFile[] => [
  { path, blob: blobOf(...parts) },
];
const json = (value: unknown): DatasetFile[] => file("table.json", JSON.stringify(value));
const byIndex = (values: readonly unknown[]) =>
  Object.fromEntries(values.map((value, i) => [String(i), value]));
const column = (rows: readonly Row[], name: keyof Row): string[] => rows.map((row) => row[name]);
const lines = (rows: readonly Row[], end = "\n"): string =>
  rows.map((row) => JSON.stringify(row) + end).join("");
const delimited = (rows: readonly Row[], delimiter: string, newline = "\n"): string =>
  Papa.unparse([...rows], { delimiter, newline });
const parquet = (rows: readonly Row[], codec: "SNAPPY" | "GZIP" | "UNCOMPRESSED" = "SNAPPY"): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      codec,
      compressors: { GZIP: (bytes) => gzipSync(new Uint8Array(bytes)) },
      columnData: (["question", "answer"] as const).map((name) => ({
        name,
        data: column(rows, name),
        type: "STRING" as const,
      })),
    }),
  );
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => {
  const marked = `\uFEFF${text}`;
  return new Uint8Array(Uint16Array.from({ length: marked.length }, (_, i) => marked.charCodeAt(i)).buffer);
};
const half = (rows: readonly Row[]) => [rows.slice(0, 1), rows.slice(1)] as const;

const CONTAINERS: Readonly<Record<string, Render>> = {
  "JSON list": json,
  "JSON object with one list": (rows) => json({ version: 1, data: rows }),
  "the Hub's viewer": (rows) => json({ features: [{ name: "question" }], rows: rows.map((row, i) => ({ row_idx: i, row, truncated_cells: [] })) }),
  "pandas' columns": (rows) => json({ question: byIndex(column(rows, "question")), answer: byIndex(column(rows, "answer")) }),
  "pandas' index": (rows) => json(byIndex(rows)),
  "pandas' split": (rows) => json({ columns: ["question", "answer"], index: rows.map((_, i) => i), data: rows.map((row) => [row.question, row.answer]) }),
  "pandas' table": (rows) => json({ schema: { fields: [], pandas_version: "1.4.0" }, data: rows }),
  "pandas' values": (rows) => json(rows.map((row) => [row.question, row.answer])),
  "Dataset.to_dict": (rows) => json({ question: column(rows, "question"), answer: column(rows, "answer") }),
  "lists under a header": (rows) => json([["question", "answer"], ...rows.map((row) => [row.question, row.answer])]),
  JSONL: (rows) => file("table.jsonl", lines(rows)),
  "JSONL of Windows": (rows) => file("table.jsonl", "\uFEFF", lines(rows, "\r\n")),
  CSV: (rows) => file("table.csv", delimited(rows, ",")),
  "CSV of Excel": (rows) => file("table.csv", "\uFEFF", delimited(rows, ";", "\r\n")),
  "CSV with bars": (rows) => file("table.csv", delimited(rows, "|")),
  "CSV in UTF-16": (rows) => file("table.csv", utf16(delimited(rows, ","))),
  TSV: (rows) => file("table.tsv", delimited(rows, "\t")),
  "Parquet, Snappy": (rows) => file("table.parquet", parquet(rows)),
  "Parquet, GZIP": (rows) => file("table.parquet", parquet(rows, "GZIP")),
  "Parquet, uncompressed": (rows) => file("table.parquet", parquet(rows, "UNCOMPRESSED")),
  "gzip of JSONL": (rows) => file("table.jsonl.gz", gzipSync(utf8(lines(rows)))),
  "gzip of CSV": (rows) => file("table.csv.gz", gzipSync(utf8(delimited(rows, ",")))),
  "zip of JSONL": (rows) => file("table.zip", zipSync({ "README.md": utf8("# Card"), "table.jsonl": utf8(lines(rows)) })),
  "zip of shards": (rows) =>
    file("table.zip", zipSync(Object.fromEntries(half(rows).map((part, i) => [`data/train-0000${i}-of-00002.parquet`, parquet(part)])))),
  "folder of shards": (rows) =>
    half(rows).map((part, i) => ({ path: `table/train-0000${i}-of-00002.jsonl`, blob: blobOf(lines(part)) })),
}; // prettier-ignore

const pairs = ({ questions, answerKey }: DatasetReading): Row[] =>
  questions.map(({ id, prompt }) => ({ question: prompt, answer: answerKey.get(id) ?? "" }));

/** Text as tables hold it: delimiters, quotes and line breaks included. */
const cell = fc
  .array(fc.constantFrom("a", "7", " ", ",", ";", "|", "\t", '"', "'", "\n", "é", "题", "\u{1F600}", "{", "["), { minLength: 1, maxLength: 12 })
  .map((parts) => `Q${parts.join("")}?`); // prettier-ignore
const rows = fc.uniqueArray(fc.record({ question: cell, answer: fc.nat(10 ** 6).map(String) }), {
  minLength: 2,
  maxLength: 6,
  selector: ({ question }) => question,
});

test.each(Object.entries(CONTAINERS))("a table reads back alike from %s", async (_, render) => {
  await fc.assert(
    fc.asyncProperty(rows, async (table) => {
      const reading = await readDataset(render(table));
      expect(pairs(reading)).toEqual(table);
      expect(reading.errors).toEqual([]);
    }),
    { numRuns: 40, seed: 3 },
  );
});

test.each(["zstd", "brotli", "lz4"])(
  "Parquet in %s, written by pyarrow, with lists in structs",
  async (codec) => {
    const path = `${codec}.parquet`;
    const reading = await readDataset(file(path, readFileSync(new URL(`fixtures/${path}`, import.meta.url))));
    expect(reading.questions.map(({ prompt, level }) => [prompt, level])).toEqual([
      ["What is 1 + 1?\nA. 2\nB. 91", "L1"],
      ["What is 2 + 2?\nA. 4\nB. 92", "L2"],
      ["What is 3 + 3?\nA. 6\nB. 93", undefined],
    ]);
    expect(pairs(reading).map(({ answer }) => answer)).toEqual(["A", "A", "A"]);
  },
);

test.each([
  ["text that is not Unicode", "t.csv", new Uint8Array([0x71, 0x2c, 0x61, 0x0a, 0x46, 0xfc, 0x72, 0x2c, 0x31, 0x0a]), /probably Windows-1252/],
  ["Chinese text in GB18030", "t.csv", new Uint8Array([0xcc, 0xe2, 0xc4, 0xbf, 0x2c, 0xb4, 0xf0, 0xb0, 0xb8, 0x0a]), /probably GB18030/],
  ["a table without column names", "t.csv", utf8("What is 1+1?,2\nWhat is 2+2?,4\n"), /is a row, not the names of the columns/],
  ["a quote that is not closed", "t.csv", utf8('question,answer\n"1+1?,2\n'), /quote that is not closed/],
  ["a column called twice", "t.csv", utf8("question,question\na,b\n"), /two columns are called "question"/],
  ["a damaged Parquet file", "t.parquet", utf8("PAR1 broken"), /Parquet file cannot be read/],
  ["a damaged gzip file", "t.jsonl.gz", gzipSync(utf8("{}")).slice(0, 12), /gzip file is damaged/],
  ["an Arrow file", "t.arrow", utf8("ARROW1"), /this is an Arrow file. Write it with Dataset.to_parquet/],
  ["an archive of nothing readable", "t.zip", zipSync({ "a.md": utf8("x"), "b.md": utf8("y") }), /no data set is among a.md, b.md/],
] as const)("%s is refused in words", async (_, path, bytes, message) => {
  await expect(readDataset([{ path, blob: new Blob([new Uint8Array(bytes)]) }])).rejects.toThrow(message);
}); // prettier-ignore

describe("offset, limit and shuffle seed", () => {
  const all = Array.from({ length: 20 }, (_, i) => ({ question: `Q${i}`, answer: String(i) }));
  const read = async (options: object) =>
    pairs(await readDataset(json(all), options)).map(({ answer }) => Number(answer));

  test("select rows in order", async () => {
    expect(await read({ offset: 3, limit: 2 })).toEqual([3, 4]);
    await expect(read({ offset: 20 })).rejects.toThrow("offset 20 is beyond its 20 rows");
  });

  test("shuffle before they select, the same way for the same seed", async () => {
    const shuffled = await read({ shuffleSeed: 5 });
    expect(shuffled).not.toEqual(all.map((_, i) => i));
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(all.map((_, i) => i));
    expect(await read({ shuffleSeed: 5, offset: 3, limit: 2 })).toEqual(shuffled.slice(3, 5));
  });
});

describe("roles chosen by the user", () => {
  const rows = [{ text: "1+1?", note: "2", question: "no" }];

  test("override what names suggest", async () => {
    const reading = await readDataset(json(rows), { map: { prompt: ["text"], answer: ["note"] } });
    expect(pairs(reading)).toEqual([{ question: "1+1?", answer: "2" }]);
    expect(reading.columns).toEqual([
      { name: "text", role: "prompt", reason: "was chosen" },
      { name: "note", role: "answer", reason: "was chosen" },
      { name: "question", role: null, reason: 'is left out: "text" was chosen as the prompt' },
    ]);
    expect(reading.notes).toContain('"question" is left out; if it matters, choose a role for it.');
  });

  test("must name columns", async () => {
    await expect(readDataset(json(rows), { map: { answer: ["gold"] } })).rejects.toThrow(
      'table.json: there is no column "gold". Its columns are text, note, question.',
    );
  });
});

// Made-up rows in the form of public data sets, read where they are beside the checkout.
const WILD = new URL(`file://${process.cwd()}/../shared/data/wild/datasets/`);

describe.skipIf(!existsSync(WILD))(
  "files as people have them: skipped where ../shared/data/wild is absent",
  () => {
    const SUMS = ["25", "6", "42"];
    test.each<[string, readonly (string | null)[]]>([
      ["gsm8k.jsonl", ["25", "6", "1080"]],
      ["gsm8k.csv", SUMS],
      ["gsm8k.parquet", ["25", "6", "1080"]],
      ["hendrycks_math.json", ["25", "\\frac{1}{4}", "42"]],
      ["math500.jsonl", ["25", "\\left( 3, \\frac{\\pi}{2} \\right)"]],
      ["dapo_math_17k.jsonl", SUMS],
      ["messages.jsonl", SUMS],
      ["openmathreasoning.jsonl", SUMS],
      ["svamp.json", SUMS],
      ["mmlu.jsonl", ["B", "B", "B"]],
      ["alpaca.json", ["25", "42", "6"]],
      ["orca_math.jsonl", SUMS],
      ["viewer_rows.json", SUMS],
    ])("%s", async (path, answers) => {
      const reading = await readDataset(file(path, readFileSync(new URL(path, WILD))));
      expect(pairs(reading).map(({ answer }) => answer)).toEqual(answers);
      expect(reading.errors).toEqual([]);
    });

    test("gpqa.json lists its right answer among the others", async () => {
      const reading = await readDataset(file("gpqa.json", readFileSync(new URL("gpqa.json", WILD))));
      expect(reading.task).toBe("gpqa");
      for (const [i, { question, answer }] of pairs(reading).entries())
        expect(question.split("\n")).toContain(`${answer}. ${SUMS[i]}`);
    });
  },
);
