import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDatasetText, type DatasetReading } from "./dataset.ts";
import { DatasetError } from "./datasetError.ts";

const read = (rows: unknown): Promise<DatasetReading> => readDatasetText("mine.json", JSON.stringify(rows));
const answersOf = (reading: DatasetReading): (string | undefined)[] =>
  reading.questions.map(({ id }) => reading.answerKey.get(id));
const failure = async (text: string): Promise<string> => {
  try {
    await readDatasetText("mine.json", text);
  } catch (error) {
    if (error instanceof DatasetError) return error.message;
    throw error;
  }
  throw new Error("the text was read");
};

describe("the shapes of a file", () => {
  const rows = [
    { prompt: "1+1?", answer: "2", id: "a", level: "L1" },
    { prompt: "2+2?", answer: "4", id: "b" },
  ];
  const expected = [
    { id: "a", prompt: "1+1?", level: "L1" },
    { id: "b", prompt: "2+2?" },
  ];
  const lines = rows.map((row) => JSON.stringify(row));

  test.each([
    ["a JSON list", JSON.stringify(rows, null, 2)],
    ["a list after a byte order mark", `\uFEFF${JSON.stringify(rows)}`],
    ["an object around one list", JSON.stringify({ version: 1, tags: ["x"], data: rows })],
    ["one object a line", lines.join("\n")],
    ["lines that end in CRLF, blank lines between", `${lines.join("\r\n\r\n")}\r\n`],
  ])("%s", async (_, text) => {
    const reading = await readDatasetText("folder/mine.json", text);
    expect(reading.name).toBe("mine");
    expect(reading.questions).toEqual(expected);
    expect([...reading.answerKey]).toEqual([["a", "2"], ["b", "4"]]); // prettier-ignore
    expect(reading.task).toBe("math");
    expect(reading.errors).toEqual([]);
  });

  test("the list inside an object is named in a note", async () => {
    expect((await read({ data: rows })).notes).toEqual(['The rows were read from the list "data".']);
  });

  test("a lone object is one row, even with a list of objects in it", async () => {
    expect((await read({ prompt: "1+1?", messages: [{ role: "user" }] })).questions).toHaveLength(1);
    expect((await readDatasetText("one.jsonl", `${lines[0]}\n`)).questions).toHaveLength(1);
  });

  test("a question carries no answer", async () => {
    expect(JSON.stringify((await read([{ prompt: "q", answer: "forty-two" }])).questions)).not.toContain(
      "forty-two",
    );
  });
});

describe("names that nearly match", () => {
  test.each(["question", "Problem", "query", "input", "instruction"])(
    "%s is taken for the prompt",
    async (name) => {
      const reading = await read([{ [name]: "1+1?", answer: "2" }]);
      expect(reading.questions[0]?.prompt).toBe("1+1?");
      expect(reading.notes).toEqual([`"prompt" was read from "${name}".`]);
    },
  );

  test.each(["target", "label", "ground_truth", "final_answer", "output"])(
    "%s is taken for the answer",
    async (name) => {
      const reading = await read([{ prompt: "1+1?", [name]: "2" }]);
      expect(answersOf(reading)).toEqual(["2"]);
      expect(reading.notes).toEqual([`"answer" was read from "${name}" (1 row).`]);
    },
  );

  test("prompt and answer beat every other name", async () => {
    const reading = await read([
      { question: "no", prompt: "yes", target: "no", solution: "no", answer: "yes" },
    ]);
    expect(reading.questions[0]?.prompt).toBe("yes");
    expect(answersOf(reading)).toEqual(["yes"]);
    expect(reading.notes).toEqual([
      '"question" is left out; if it matters, choose a role for it.',
      '"target" is left out; if it matters, choose a role for it.',
    ]);
  });

  test("an instruction stands in where the input is empty", async () => {
    expect((await read([{ instruction: "1+1?", input: "", output: "2" }])).questions[0]?.prompt).toBe("1+1?");
  });

  test.each([
    [
      "the last box",
      "First \\boxed{1}, then \\boxed{\\frac{1}{2}}.",
      "\\frac{1}{2}",
      'is what "solution" states in \\boxed{}',
    ],
    ["what follows ####", "48/2=24\n48+24=72\n#### 72\n", "72", 'is what "solution" states after ####'],
    ["a short line as it is", "72", "72", 'was read from "solution"'],
  ])("of a solution counts %s", async (_, solution, answer, note) => {
    const reading = await read([{ problem: "?", solution }]);
    expect(answersOf(reading)).toEqual([answer]);
    expect(reading.notes).toContain(`"answer" ${note} (1 row).`);
  });

  test("a solution that states no answer gives none", async () => {
    const solution = "Consider the triangle. It is isosceles, as one sees at once, and the claim follows.";
    const reading = await read([{ problem: "?", solution }, { problem: "!", answer: "1" }]); // prettier-ignore
    expect(answersOf(reading)).toEqual([undefined, "1"]);
    expect(reading.notes).toContain("1 of 2 questions have no answer; accuracy is measured on the others.");
  });

  test("an answer written as in GSM8K is what follows ####", async () => {
    expect(answersOf(await read([{ question: "?", answer: "48/2=24\n#### 72" }]))).toEqual(["72"]);
  });

  test.each([
    ["Level 3", "L3"],
    [4, "L4"],
    ["5", "L5"],
    ["hard", "hard"],
  ])("level %s is %s", async (level, expected) => {
    expect((await read([{ prompt: "?", level }])).questions[0]?.level).toBe(expected);
  });
});

describe("values that are not text", () => {
  test("numbers become text, and a list of one counts as what is in it", async () => {
    const rows = [{ prompt: "a", answer: 7, id: 0 }, { prompt: "b", answer: -0.5 }, { prompt: "c", final_answer: ["9"] }]; // prettier-ignore
    const reading = await read(rows);
    expect(answersOf(reading)).toEqual(["7", "-0.5", "9"]);
    expect(reading.questions[0]?.id).toBe("0");
  });

  test("half of a surrogate pair becomes the replacement character, a whole pair stays", async () => {
    const text = '[{"prompt": "a\\ud83db \\ud83d\\ude00", "answer": "\\udc00"}]';
    const reading = await readDatasetText("x.json", text);
    expect(reading.questions[0]?.prompt).toBe("a\uFFFDb \u{1F600}");
    expect(answersOf(reading)).toEqual(["\uFFFD"]);
  });

  test("__proto__ and constructor are names like any other", async () => {
    const text =
      '[{"__proto__": {"prompt": "evil"}, "constructor": 1}, {"prompt": "ok", "id": "__proto__", "answer": "1"}]';
    const reading = await readDatasetText("x.json", text);
    expect(reading.questions).toEqual([{ id: "__proto__", prompt: "ok" }]);
    expect(reading.answerKey.get("__proto__")).toBe("1");
    expect(reading.errors).toEqual([
      { row: 1, reason: 'there is no "prompt" (fields: __proto__, constructor)' },
    ]);
    expect(Object.hasOwn(Object.prototype, "prompt")).toBe(false);
  });
});

describe("bad rows are named and good rows stay", () => {
  test("in a list", async () => {
    const good = { prompt: "1+1?" };
    const rows = [good, 3, null, [], {}, { prompt: " " }, { prompt: ["a"] }, { prompt: "?", answer: {} }, { prompt: "?", answer: 2 ** 60 }, good]; // prettier-ignore
    const reading = await read(rows);
    expect(reading.questions.map(({ id }) => id)).toEqual(["mine-1", "mine-10"]);
    expect(reading.errors).toEqual([
      { row: 2, reason: "the row is a number, not an object" },
      { row: 3, reason: "the row is null" },
      { row: 4, reason: "the row is a list, not an object" },
      { row: 5, reason: 'there is no "prompt" (fields: none)' },
      { row: 6, reason: "the prompt is empty" },
      { row: 7, reason: '"prompt" is a list, not text' },
      { row: 8, reason: '"answer" is an object, not text or a number' },
      { row: 9, reason: '"answer" is a number too large to be read exactly: put it in quotes' },
    ]);
  });

  test("in JSONL, with the line", async () => {
    const reading = await readDatasetText(
      "x.jsonl",
      '{"prompt": "a"}\n\n{"prompt": \n{"promt": "b"}\n{"prompt": "c"}',
    );
    expect(reading.questions.map(({ prompt }) => prompt)).toEqual(["a", "c"]);
    expect(reading.errors.map(({ row, line }) => [row, line])).toEqual([[2, 3], [3, 4]]); // prettier-ignore
    expect(reading.errors[0]?.reason).toMatch(/^not JSON \(/);
    expect(reading.errors[1]?.reason).toBe('there is no "prompt" (fields: promt)');
  });

  test("ids that repeat get a number that no other row has", async () => {
    const rows = ["a", "a", "a-2", "a"].map((id) => ({ prompt: "?", id, answer: "1" }));
    const reading = await read(rows);
    expect(reading.questions.map(({ id }) => id)).toEqual(["a", "a-3", "a-2", "a-4"]);
    expect(reading.answerKey.size).toBe(4);
    expect(reading.notes).toEqual(["Duplicate ids were numbered (2 rows)."]);
  });
});

describe("the task", () => {
  const prompt = "Which is 16+7?\nA. 23\nB. 13\nC. 25\nD. 28";

  test("is multiple choice when answers are letters and options are lines", async () => {
    expect((await read([{ prompt, answer: "A" }, { prompt, answer: "D" }])).task).toBe("gpqa"); // prettier-ignore
    expect((await read([{ prompt }])).task).toBe("gpqa");
  });

  test("is mathematics when one answer is no letter or one prompt has no options", async () => {
    expect((await read([{ prompt, answer: "A" }, { prompt, answer: "23" }])).task).toBe("math"); // prettier-ignore
    expect((await read([{ prompt, answer: "A" }, { prompt: "Name a vitamin.", answer: "A" }])).task).toBe("math"); // prettier-ignore
  });

  test("without answers is said to have no accuracy", async () => {
    const reading = await read([{ prompt: "1+1?" }]);
    expect(reading.answerKey.size).toBe(0);
    expect(reading.notes).toEqual([
      "The data set has no answers: training works, but accuracy cannot be measured.",
    ]);
  });
});

describe("a file that cannot be used is refused with what, where and what to do", () => {
  const remedy = 'Expected a JSON list of objects, or one object per line (JSONL), each with a text "prompt"';

  test.each([
    ["an empty file", "\uFEFF \n", "mine.json: the file is empty. "],
    ["an empty list", "[]", "mine.json: the file has no rows. "],
    ["a single value", '"hello"', "mine.json: the file holds a single value, not a list. "],
    [
      "rows without prompts",
      '[{"x": 1}, {"x": 2}]',
      'any of its 2 rows. Row 1: there is no "prompt" (fields: x). ',
    ],
    ["text", "one\ntwo\n", "mine.json: the file is neither JSON nor JSONL ("],
  ])("%s", async (_, text, message) => {
    expect(await failure(text)).toContain(message);
    expect(await failure(text)).toContain(remedy);
  });

  test("a broken list, with line and column", async () => {
    expect(await failure('[\n  {"prompt": "a"},\n  {"prompt": "b" oops}\n]')).toMatch(/line 3,? column 18/);
  });

  test("a binary file", async () => {
    expect(await failure("AR\0\0\0")).toContain("mine.json: the file is not text. ");
  });
});

test("of several splits test is read, and the others are named", async () => {
  const text = JSON.stringify({ train: [{ prompt: "a" }], test: [{ prompt: "b" }] });
  const reading = await readDatasetText("mine.json", text);
  expect(reading.questions.map(({ prompt }) => prompt)).toEqual(["b"]);
  expect(reading.splits).toEqual(["train", "test"]);
  expect(reading.notes[0]).toBe('Split "test" was read; there is also "train".');
  const other = await readDatasetText("mine.json", text, { split: "train" });
  expect(other.questions.map(({ prompt }) => prompt)).toEqual(["a"]);
  await expect(readDatasetText("mine.json", text, { split: "dev" })).rejects.toThrow(
    'mine.json: there is no split "dev". Choose one of train, test.',
  );
});

test("lists called like splits are splits, also where their columns have no known names", async () => {
  const text = JSON.stringify({ train: [{ ask: "1+1?", say: "2" }], test: [{ ask: "2+2?", say: "4" }] });
  const reading = await readDatasetText("mine.json", text, { map: { prompt: ["ask"], answer: ["say"] } });
  expect(reading.questions.map(({ prompt }) => prompt)).toEqual(["2+2?"]);
  expect(answersOf(reading)).toEqual(["4"]);
});

test("of more than 100,000 rows the first are read, and the rest is named", async () => {
  const line = '{"prompt": "1+1?", "answer": "2"}\n';
  const reading = await readDatasetText("mine.jsonl", line.repeat(100_001));
  expect(reading.questions).toHaveLength(100_000);
  expect(reading.notes).toContain(
    "Only the first 100,000 rows were read; choose others by offset and limit.",
  );
});

test("any JSON is read or refused with a DatasetError, and ids are always unique", async () => {
  const row = fc.dictionary(
    fc.constantFrom("prompt", "question", "answer", "solution", "id", "level"),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), fc.array(row), fc.record({ data: fc.array(row) })),
      async (value) => {
        try {
          const { questions, answerKey } = await read(value);
          const ids = new Set(questions.map(({ id }) => id));
          expect(ids.size).toBe(questions.length);
          for (const id of answerKey.keys()) expect(ids.has(id)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      },
    ),
    { numRuns: 500, seed: 4 },
  );
});

// Third-party texts, read where they lie beside the checkout; never part of it.
const BENCHMARKS = pathToFileURL(`${process.cwd()}/../shared/data/benchmarks/`);
const benchmarks = existsSync(BENCHMARKS)
  ? readdirSync(BENCHMARKS).filter((file) => file.endsWith(".json"))
  : [];

describe("the files of the paper", () => {
  test.skipIf(benchmarks.length === 0)(
    "are read whole: skipped where ../shared/data/benchmarks is absent",
    async () => {
      const sizes = new Map<string, number>();
      for (const file of benchmarks) {
        const { questions, answerKey, task, errors } = await readDatasetText(
          file,
          readFileSync(new URL(file, BENCHMARKS), "utf8"),
        );
        expect(errors, file).toEqual([]);
        expect(task, file).toBe("math");
        expect(answerKey.size, file).toBe(questions.length);
        sizes.set(file, questions.length);
      }
      expect(Object.fromEntries(sizes)).toMatchObject({ "AIME-TTT.json": 30, "AMC-TTT.json": 83 });
    },
  );

  test("our own data sets are read whole", async () => {
    for (const name of ["word", "word-heldout", "expression", "choice"]) {
      const text = readFileSync(new URL(`../../public/datasets/${name}.json`, import.meta.url), "utf8");
      const reading = await readDatasetText(`${name}.json`, text);
      expect([reading.questions.length, reading.answerKey.size, reading.errors.length]).toEqual([
        200, 200, 0,
      ]);
      expect(reading.notes.length).toBe(name === "choice" ? 1 : 0);
      expect(reading.task).toBe(name === "choice" ? "gpqa" : "math");
    }
  });
});
