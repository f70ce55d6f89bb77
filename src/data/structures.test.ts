/** Rows with the fields and nesting of widely used data sets; the questions are made up. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readDatasetText, type DatasetReading } from "./dataset.ts";

/** A data set's structure, and what is to be read from its first row. */
interface Structure {
  readonly name: string;
  readonly rows: readonly unknown[];
  readonly prompt: string;
  /** Null where the data set states no answer. */
  readonly answer: string | null;
  readonly task?: "gpqa";
  readonly level?: string;
  readonly system?: string;
  readonly id?: string;
}

/** A data set's structure a line. */
const STRUCTURES = readFileSync(new URL("fixtures/structures.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Structure);

const PENS = "Zoe has 17 pens. She finds 8 more. How many pens now?";
const EGGS = "Eva has 10 eggs. She sells 4. How many eggs now?";

function firstRow({ questions, answerKey, task }: DatasetReading): Omit<Structure, "name" | "rows"> {
  const [question] = questions;
  if (question === undefined) throw new Error("no question");
  const { id, prompt, level, context = [] } = question;
  const [system] = context.filter(({ role }) => role === "system");
  return {
    prompt,
    answer: answerKey.get(id) ?? null,
    ...(task === "gpqa" && { task }),
    ...(level !== undefined && { level }),
    ...(system !== undefined && { system: system.content }),
    id,
  };
}

const DATA = readFileSync(new URL("../../docs/DATA.md", import.meta.url), "utf8");

/** A data set's row of the table in docs/DATA.md. */
function documentedRow(name: string, { columns, notes, answerKey }: DatasetReading): string {
  const named = (...roles: readonly string[]): string =>
    roles
      .flatMap((role) => columns.filter((column) => column.role === role))
      .map((column) => `\`${column.name}\``)
      .join(", ");
  const inferred: readonly (string | undefined)[] = notes.flatMap(
    (note) => /its (?:right )?answer is (?:read as )?(.*?)(?: \(|$)|states (.*?) \(|(last number was taken)/.exec(note)?.slice(1) ?? [],
  ); // prettier-ignore
  const truth = answerKey.size === 0 ? "none" : (inferred.find((text) => text !== undefined) ?? "as it is");
  const cells = [
    name,
    named("system", "context", "prompt", "input"),
    named("options"),
    named("answer") || named("solution") || named("options") || (answerKey.size === 0 ? "" : "the reply"),
    truth,
    named("level", "id"),
  ];
  return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |").replaceAll("|  |", "| |");
}

test.each(STRUCTURES)("$name", async ({ rows, ...structure }) => {
  const reading = await readDatasetText("file.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  expect(reading.errors).toEqual([]);
  expect({ name: structure.name, ...firstRow(reading) }).toEqual({ id: "file-1", ...structure });
  expect(DATA.split("\n")).toContain(documentedRow(structure.name, reading));
});

/** Rows whose reading was once wrong without a word: what is expected of their first row. */
const ODD: readonly Structure[] = [
  { name: "wrong options that are numbers like the columns' own", rows: [{ Question: PENS, "Correct Answer": "1", "Incorrect Answer 1": "2", "Incorrect Answer 2": "3" }], prompt: `${PENS}\nA. 1\nB. 3\nC. 2`, answer: "A", task: "gpqa" },
  { name: "hidden truths of -1", rows: [{ question: PENS, choices: ["26", "25"], label: -1 }], prompt: `${PENS}\nA. 26\nB. 25`, answer: null, task: "gpqa" },
  { name: "options with a flag", rows: [{ question: PENS, options: [{ text: "26", is_correct: false }, { text: "25", is_correct: true }] }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "options as scores", rows: [{ input: PENS, target_scores: { "26": 0, "25": 1 } }], prompt: `${PENS}\nA. 25\nB. 26`, answer: "A", task: "gpqa" },
  { name: "options as objects of one field", rows: [{ question: PENS, options: [{ A: "26" }, { B: "25" }], answer: "B" }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "MathQA", rows: [{ Problem: PENS, Rationale: "Add.", options: "a ) 26 , b ) 25 , c ) none of these", correct: "b" }], prompt: `${PENS}\nA. 26\nB. 25\nC. none of these`, answer: "B", task: "gpqa" },
  { name: "ARC's own files", rows: [{ id: "M1", question: { stem: PENS, choices: [{ text: "26", label: "A" }, { text: "25", label: "B" }] }, answerKey: "B" }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa", id: "M1" },
  { name: "lists filled up with null", rows: [{ question: PENS, options: ["26", "25", null], answer: "B" }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "integers that are options", rows: [{ question: PENS, choices: [26, 25], answer: 25 }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "DROP's own answers", rows: [{ passage: "p", question: PENS, answer: { number: "25", date: { day: "", month: "", year: "" }, spans: [] } }], prompt: `p\n${PENS}`, answer: "25" },
  { name: "DROP's dates", rows: [{ passage: "p", question: "When?", answer: { number: "", date: { day: "3", month: "May", year: "1990" }, spans: [] } }], prompt: "p\nWhen?", answer: "3 May 1990" },
  { name: "a blank option before the right one", rows: [{ question: PENS, A: "26", B: "", C: "25", D: "24", answer: 2 }, { question: EGGS, A: "7", B: "8", C: "6", D: "5", answer: 0 }], prompt: `${PENS}\nA. 26\nB. 25\nC. 24`, answer: "B", task: "gpqa" },
  { name: "a blank option in an object", rows: [{ question: PENS, options: { A: "26", B: null, C: "25" }, answer: "C" }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "QuAIL", rows: [{ context: "p", question: PENS, answers: ["26", "25", "27", "not enough information"], correct_answer_id: 1 }, { context: "p", question: EGGS, answers: ["6", "5", "7", "8"], correct_answer_id: 0 }], prompt: `p\n${PENS}\nA. 26\nB. 25\nC. 27\nD. not enough information`, answer: "B", task: "gpqa" },
  { name: "a list as text", rows: [{ prompt: [{ role: "user", content: PENS }], reward_model: { ground_truth: "[\"25\"]", style: "rule" } }], prompt: PENS, answer: "25" },
  { name: "an interval that looks like a list", rows: [{ question: "Solve.", answer: "[1, 2]" }], prompt: "Solve.", answer: "[1, 2]" },
  { name: "thinking before the answer", rows: [{ question: PENS, response: "<think>Try \\boxed{4}. No.</think>\nThe answer is 25." }], prompt: PENS, answer: "25" },
  { name: "a box without braces", rows: [{ problem: PENS, solution: "We add both and find that it is $\\boxed 7$, as 3 and 4 are 7 and 9 is not." }], prompt: PENS, answer: "7" },
  { name: "a proof, whose solution states no answer", rows: [{ problem: PENS, solution: "x = 3", answer: "proof" }], prompt: PENS, answer: null },
  { name: "a missing value of pandas", rows: [{ question: PENS, answer: "nan" }], prompt: PENS, answer: null },
  { name: "PubMedQA", rows: [{ question: PENS, final_decision: "yes", long_answer: "It is so." }], prompt: PENS, answer: "yes" },
  { name: "options as a tuple", rows: [{ question: PENS, choices: "('26', '25')", answer: 1 }, { question: EGGS, choices: "('6', '7')", answer: 0 }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "options of NumPy", rows: [{ question: PENS, choices: "[0.5 2. 3.25]", answer: 1 }, { question: PENS, choices: "[0.5 2. 3.25]", answer: 0 }], prompt: `${PENS}\nA. 0.5\nB. 2\nC. 3.25`, answer: "B", task: "gpqa" },
  { name: "an option named by its column", rows: [{ question: PENS, opt1: "26", opt2: "25", correct_option: "opt2" }], prompt: `${PENS}\nA. 26\nB. 25`, answer: "B", task: "gpqa" },
  { name: "one wrong option, and the right one", rows: [{ Question: PENS, "Correct Answer": "25", "Incorrect Answer 1": "26", "Incorrect Answer 2": "" }], prompt: `${PENS}\nA. 25\nB. 26`, answer: "A", task: "gpqa" },
  { name: "a wrong option that equals the right one", rows: [{ Question: PENS, "Correct Answer": "25", "Incorrect Answer 1": "25", "Incorrect Answer 2": "26" }], prompt: `${PENS}\nA. 25\nB. 26`, answer: "A", task: "gpqa" },
  { name: "German fields", rows: [{ Frage: "1+1?", Antwort: "2" }], prompt: "1+1?", answer: "2" },
]; // prettier-ignore

test.each(ODD)("$name", async ({ rows, ...structure }) => {
  const reading = await readDatasetText("file.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  expect(reading.errors).toEqual([]);
  expect({ name: structure.name, ...firstRow(reading) }).toEqual({ id: "file-1", ...structure });
});

test("options that the question lists already are not shuffled under their letters", async () => {
  const rows = Array.from({ length: 12 }, () => ({ question: `${PENS}\nA) 25\nB) 26`, choices: ["25", "26"], answer: 0 })); // prettier-ignore
  const { questions, answerKey } = await readDatasetText("file.json", JSON.stringify(rows));
  expect(new Set(questions.map(({ prompt }) => prompt))).toEqual(new Set([`${PENS}\nA) 25\nB) 26`]));
  expect(new Set(answerKey.values())).toEqual(new Set(["A"]));
});

test("columns that only late rows fill, or that follow 500 others, are found", async () => {
  const early = Array.from({ length: 3000 }, () => ({ question: PENS, choices: null, answer: "25" }));
  const late = { question: EGGS, choices: ["6", "7"], answer: "6" };
  const { questions } = await readDatasetText("file.json", JSON.stringify([...early, late]));
  expect(questions.at(-1)?.prompt).toBe(`${EGGS}\nA. 6\nB. 7`);
  const others = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`extra${i}`, i]));
  const wide = await readDatasetText(
    "file.json",
    JSON.stringify([{ ...others, question: PENS, answer: 25 }]),
  );
  expect(wide.questions[0]?.prompt).toBe(PENS);
});

test.each(["evidence", "facts", "code", "pre_text", "mc2_targets", "image"])(
  "%s is not dropped without a note",
  async (name) => {
    const { notes } = await readDatasetText(
      "file.json",
      JSON.stringify([{ question: PENS, [name]: "x", answer: "25" }]),
    );
    expect(notes.join(" ")).toContain(`"${name}" is left out`);
  },
);

test("questions grouped under their text are refused, not read by their options", async () => {
  const grouped = {
    article: "p",
    questions: ["q1", "q2"],
    options: [
      ["a", "b"],
      ["c", "d"],
    ],
    answers: ["A", "B"],
  };
  await expect(readDatasetText("file.json", JSON.stringify(grouped))).rejects.toThrow('there is no "prompt"');
});
