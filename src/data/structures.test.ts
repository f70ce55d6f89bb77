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

const PENS = "Zoe has 17 pens. She finds 8 more. How many pens now?";
const EGGS = "Eva has 10 eggs. She sells 4. How many eggs now?";
const CARDS = "Ida has 12 cards. She buys 30 more. How many cards now?";
const PENS_OPTIONS = `${PENS}\nA. 26\nB. 25\nC. 27\nD. 24`;
const [A, B] = [["26", "25", "27", "24"], ["7", "8", "6", "5"]]; // prettier-ignore
const labelled = (texts: readonly string[], labels: readonly string[] = ["A", "B", "C", "D"]) => ({
  text: texts,
  label: labels,
});
const user = (content: string) => ({ role: "user", content });
const assistant = (content: string) => ({ role: "assistant", content });

const STRUCTURES: readonly Structure[] = [
  {
    name: "GSM8K",
    rows: [{ question: PENS, answer: "17 + 8 = <<17+8=25>>25\n#### 25" }],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "MATH",
    rows: [
      { problem: PENS, level: "Level 5", type: "Algebra", solution: "So $\\boxed{\\frac{1}{2}}$, no: $\\boxed{25}$." },
    ],
    prompt: PENS,
    answer: "25",
    level: "L5",
  },
  {
    name: "MATH-500",
    rows: [
      { problem: PENS, solution: "$\\boxed{25}$", answer: "25", subject: "Algebra", level: 2, unique_id: "test/algebra/1.json" },
    ],
    prompt: PENS,
    answer: "25",
    level: "L2",
    id: "test/algebra/1.json",
  },
  {
    name: "AIME 2024",
    rows: [{ ID: "2024-I-1", Problem: PENS, Solution: "We add. \\boxed{025}", Answer: 25 }],
    prompt: PENS,
    answer: "25",
    id: "2024-I-1",
  },
  {
    name: "AIME 2025 (MathArena)",
    rows: [{ problem_idx: 1, answer: 25, problem: PENS, problem_type: ["Algebra"] }],
    prompt: PENS,
    answer: "25",
    id: "1",
  },
  { name: "AIME, solutions only", rows: [{ id: 60, problem: PENS, solution: "\\boxed{25}", url: "https://example.org" }], prompt: PENS, answer: "25", id: "60" },
  { name: "AMC", rows: [{ id: 0, problem: PENS, answer: 25.0, url: "https://example.org" }], prompt: PENS, answer: "25", id: "0" },
  {
    name: "GPQA",
    rows: [
      {
        "Pre-Revision Question": "(draft)", "Pre-Revision Correct Answer": "25", Question: PENS, "Correct Answer": "25",
        "Incorrect Answer 1": "26", "Incorrect Answer 2": "27", "Incorrect Answer 3": "24", Explanation: "Add them.",
        "Record ID": "rec1", "High-level domain": "Mathematics", Subdomain: "Arithmetic",
      },
    ],
    prompt: `${PENS}\nA. 26\nB. 25\nC. 24\nD. 27`,
    answer: "B",
    task: "gpqa",
    id: "rec1",
  },
  {
    name: "MMLU",
    rows: [{ question: PENS, subject: "elementary_mathematics", choices: A, answer: 1 }, { question: EGGS, subject: "elementary_mathematics", choices: B, answer: 2 }],
    prompt: PENS_OPTIONS,
    answer: "B",
    task: "gpqa",
  },
  {
    name: "MMLU, options in columns",
    rows: [{ question: PENS, A: "26", B: "25", C: "27", D: "24", answer: "B" }],
    prompt: PENS_OPTIONS,
    answer: "B",
    task: "gpqa",
  },
  {
    name: "MMLU-Pro",
    rows: [
      {
        question_id: 70, question: PENS, options: ["20", "21", "22", "23", "24", "26", "27", "28", "25", "29"], answer: "I",
        answer_index: 8, cot_content: "A: Let's think.", category: "math", src: "made up",
      },
    ],
    prompt: `${PENS}\nA. 20\nB. 21\nC. 22\nD. 23\nE. 24\nF. 26\nG. 27\nH. 28\nI. 25\nJ. 29`,
    answer: "I",
    task: "gpqa",
    id: "70",
  },
  {
    name: "ARC",
    rows: [
      { id: "Mercury_1", question: PENS, choices: labelled(A), answerKey: "B" },
      { id: "Mercury_2", question: EGGS, choices: labelled(B, ["1", "2", "3", "4"]), answerKey: "3" },
    ],
    prompt: PENS_OPTIONS,
    answer: "B",
    task: "gpqa",
    id: "Mercury_1",
  },
  {
    name: "SVAMP",
    rows: [{ ID: "chal-1", Body: "Zoe has 17 pens and finds 8 more", Question: "How many pens?", Equation: "( 17.0 + 8.0 )", Answer: "25.0", Type: "Addition" }],
    prompt: "Zoe has 17 pens and finds 8 more\nHow many pens?",
    answer: "25",
    id: "chal-1",
  },
  {
    name: "ASDiv",
    rows: [{ body: "Zoe has 17 pens and finds 8 more.", question: "How many pens?", solution_type: "Addition", answer: "25 (pens)", formula: "17+8=25" }],
    prompt: "Zoe has 17 pens and finds 8 more.\nHow many pens?",
    answer: "25",
  },
  { name: "MultiArith", rows: [{ question: PENS, final_ans: "25" }], prompt: PENS, answer: "25" },
  {
    name: "AQuA",
    rows: [{ question: PENS, options: ["A)26", "B)25", "C)27", "D)24", "E)23"], rationale: "17 + 8 = 25\nAnswer is B", correct: "B" }],
    prompt: `${PENS}\nA. 26\nB. 25\nC. 27\nD. 24\nE. 23`,
    answer: "B",
    task: "gpqa",
  },
  {
    name: "CommonsenseQA",
    rows: [{ id: "1afa", question: PENS, question_concept: "pens", choices: labelled([...A, "23"], ["A", "B", "C", "D", "E"]), answerKey: "B" }],
    prompt: `${PENS}\nA. 26\nB. 25\nC. 27\nD. 24\nE. 23`,
    answer: "B",
    task: "gpqa",
    id: "1afa",
  },
  {
    name: "OpenBookQA",
    rows: [{ id: "7-980", question_stem: PENS, choices: labelled(A), answerKey: "B" }],
    prompt: PENS_OPTIONS,
    answer: "B",
    task: "gpqa",
    id: "7-980",
  },
  {
    name: "BBH, lettered",
    rows: [{ input: `${PENS}\nOptions:\n(A) 26\n(B) 25`, target: "(B)" }],
    prompt: `${PENS}\nOptions:\n(A) 26\n(B) 25`,
    answer: "B",
    task: "gpqa",
  },
  { name: "BBH, open", rows: [{ input: "not ( True ) and ( True ) is", target: "False" }], prompt: "not ( True ) and ( True ) is", answer: "False" },
  {
    name: "TruthfulQA, mc1",
    rows: [
      {
        question: PENS,
        mc1_targets: { choices: ["25", "26", "27"], labels: [1, 0, 0] },
        mc2_targets: { choices: ["25", "25.0", "26"], labels: [1, 1, 0] },
      },
      { question: EGGS, mc1_targets: { choices: ["6", "7"], labels: [1, 0] }, mc2_targets: { choices: ["6", "7"], labels: [1, 0] } },
      { question: CARDS, mc1_targets: { choices: ["42", "40"], labels: [1, 0] }, mc2_targets: { choices: ["42", "40"], labels: [1, 0] } },
    ],
    prompt: `${PENS}\nA. 25\nB. 27\nC. 26`,
    answer: "A",
    task: "gpqa",
  },
  {
    name: "SQuAD",
    rows: [{ id: "56be", title: "Pens", context: "Zoe has 25 pens.", question: "How many pens?", answers: { text: ["25", "25", "25 pens"], answer_start: [8, 8, 8] } }],
    prompt: "Zoe has 25 pens.\nHow many pens?",
    answer: "25",
    id: "56be",
  },
  {
    name: "DROP",
    rows: [{ section_id: "nfl_1", query_id: "q1", passage: "Zoe has 25 pens.", question: "How many pens?", answers_spans: { spans: ["25"], types: ["number"] } }],
    prompt: "Zoe has 25 pens.\nHow many pens?",
    answer: "25",
    id: "q1",
  },
  {
    name: "OlympiadBench",
    rows: [
      {
        id: 1606, question: PENS, solution: ["Add them. So $25$."], final_answer: ["25"], context: null, image_1: null, modality: "Text-only",
        difficulty: "Competition", is_multiple_answer: false, unit: null, answer_type: "Numerical", error: null, subfield: "Algebra", language: "English",
      },
    ],
    prompt: PENS,
    answer: "25",
    level: "Competition",
    id: "1606",
  },
  {
    name: "OpenMathReasoning",
    rows: [{ expected_answer: "25", problem_type: "has_answer_extracted", problem: PENS, generated_solution: "<think></think>\\boxed{26}", inference_mode: "cot" }],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "OpenR1-Math",
    rows: [
      {
        problem: PENS, solution: "We add.", answer: "25", problem_type: "Algebra", question_type: "math-word-problem", source: "olympiads", uuid: "u1",
        is_reasoning_complete: [true], generations: ["<think>...</think>"], messages: [user(PENS), assistant("\\boxed{26}")],
      },
    ],
    prompt: PENS,
    answer: "25",
    id: "u1",
  },
  {
    name: "NuminaMath-CoT",
    rows: [{ source: "amc_aime", problem: PENS, solution: "So $\\boxed{25}$.", messages: [user(PENS), assistant("So $\\boxed{25}$.")] }],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "NuminaMath-1.5",
    rows: [
      { problem: PENS, solution: "We add.", answer: "25", problem_type: "Algebra", question_type: "math-word-problem", problem_is_valid: "Yes", synthetic: false },
      { problem: "Prove it.", solution: "It follows from the axioms that were given above, as one sees.", answer: "proof", problem_is_valid: "Yes" },
    ],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "DAPO-Math-17k",
    rows: [{ data_source: "math_dapo", prompt: [user(PENS)], ability: "MATH", reward_model: { ground_truth: "25", style: "rule" }, extra_info: { index: "row-1" } }],
    prompt: PENS,
    answer: "25",
    id: "row-1",
  },
  {
    name: "DAPO-Math-17k, processed",
    rows: [{ prompt: PENS, solution: "25", data_source: "math_dapo", source_prompt: [user(`Solve it. ${PENS}`)], ability: "MATH", reward_model: { ground_truth: "25", style: "rule" }, extra_info: { index: "row-1" } }],
    prompt: PENS,
    answer: "25",
    id: "row-1",
  },
  {
    name: "ORZ",
    rows: [[{ from: "human", value: PENS }, { from: "assistant", ground_truth: { value: "25" } }]],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "ORZ on the Hub",
    rows: [{ "0": { from: "human", value: PENS }, "1": { from: "assistant", ground_truth: { value: "25" } } }],
    prompt: PENS,
    answer: "25",
  },
  { name: "DeepScaleR", rows: [{ problem: PENS, answer: "25", solution: "1. Add them." }], prompt: PENS, answer: "25" },
  { name: "Big-Math", rows: [{ problem: PENS, answer: "25", source: "orca_math", domain: ["Mathematics -> Algebra"], llama8b_solve_rate: 0.5 }], prompt: PENS, answer: "25" },
  {
    name: "Orca-Math",
    rows: [{ question: PENS, answer: "She has 17 pens and then finds 8 more, so that she has 25 pens now." }],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "MetaMathQA",
    rows: [{ type: "GSM_Rephrased", query: PENS, original_question: "draft", response: "17 + 8 = 25\n#### 25\nThe answer is: 25" }],
    prompt: PENS,
    answer: "25",
  },
  {
    name: "Alpaca",
    rows: [{ instruction: "Add the two numbers.", input: "17 and 8", output: "25", text: "Below is an instruction." }],
    prompt: "Add the two numbers.\n17 and 8",
    answer: "25",
  },
  {
    name: "ShareGPT",
    rows: [{ id: "s1", conversations: [{ from: "system", value: "You calculate." }, { from: "human", value: PENS }, { from: "gpt", value: "The answer is 25." }] }],
    prompt: PENS,
    answer: "25",
    system: "You calculate.",
    id: "s1",
  },
  {
    name: "messages",
    rows: [{ messages: [{ role: "system", content: "You calculate." }, user(PENS), assistant("It is \\boxed{25}.")] }],
    prompt: PENS,
    answer: "25",
    system: "You calculate.",
  },
  { name: "TRL, prompt only", rows: [{ prompt: PENS }], prompt: PENS, answer: null },
  { name: "TRL, conversational prompt", rows: [{ prompt: [{ role: "system", content: "You calculate." }, user(PENS)], ground_truth: "25" }], prompt: PENS, answer: "25", system: "You calculate." },
  { name: "TRL, prompt and completion", rows: [{ prompt: PENS, completion: "25" }], prompt: PENS, answer: "25" },
  { name: "TRL, conversational completion", rows: [{ prompt: [user(PENS)], completion: [assistant("It is \\boxed{25}.")] }], prompt: PENS, answer: "25" },
  { name: "TRL, preference", rows: [{ prompt: PENS, chosen: "25", rejected: "26" }], prompt: PENS, answer: "25" },
  {
    name: "verl",
    rows: [{ data_source: "openai/gsm8k", prompt: [user(PENS)], ability: "math", reward_model: { style: "rule", ground_truth: "25" }, extra_info: { split: "train", index: 3, answer: "17+8\n#### 25", question: "draft" } }],
    prompt: PENS,
    answer: "25",
    id: "3",
  },
  { name: "TTRL", rows: [{ prompt: PENS, answer: "25", source: "AIME-TTT", id: "0" }], prompt: PENS, answer: "25", id: "0" },
  {
    name: "HellaSwag",
    rows: [{ ind: 4, activity_label: "Pens", ctx_a: "Zoe", ctx_b: "takes", ctx: "Zoe takes a pen and", endings: ["writes.", "eats.", "sings.", "sleeps."], source_id: "x", split: "val", label: "0" }, { ind: 5, ctx: "Eva takes an egg and", endings: ["a", "b", "c", "d"], label: "3" }],
    prompt: "Zoe takes a pen and\nA. writes.\nB. eats.\nC. sings.\nD. sleeps.",
    answer: "A",
    task: "gpqa",
  },
  {
    name: "WinoGrande",
    rows: [{ sentence: "The pen fits the box since _ is small.", option1: "pen", option2: "box", answer: "1" }],
    prompt: "The pen fits the box since _ is small.\nA. pen\nB. box",
    answer: "A",
    task: "gpqa",
  },
  {
    name: "PIQA",
    rows: [{ goal: "Open a tin", sol1: "Use a spoon", sol2: "Use an opener", label: 1 }, { goal: "Open a box", sol1: "Lift the lid", sol2: "Sing", label: 0 }],
    prompt: "Open a tin\nA. Use a spoon\nB. Use an opener",
    answer: "B",
    task: "gpqa",
  },
  { name: "BoolQ", rows: [{ question: "is 25 a square", passage: "25 is 5 times 5.", answer: true }], prompt: "25 is 5 times 5.\nis 25 a square", answer: "true" },
  {
    name: "SciQ",
    rows: [{ question: PENS, distractor3: "24", distractor1: "26", distractor2: "27", correct_answer: "25", support: "" }],
    prompt: `${PENS}\nA. 24\nB. 25\nC. 27\nD. 26`,
    answer: "B",
    task: "gpqa",
  },
  {
    name: "MedMCQA",
    rows: [{ id: "m1", question: PENS, opa: "26", opb: "25", opc: "27", opd: "24", cop: 1, exp: "Add.", subject_name: "Maths" }, { id: "m2", question: EGGS, opa: "6", opb: "7", opc: "8", opd: "5", cop: 0 }],
    prompt: PENS_OPTIONS,
    answer: "B",
    task: "gpqa",
    id: "m1",
  },
  {
    name: "MedQA",
    rows: [{ question: PENS, answer: "25", options: { A: "26", B: "25", C: "27", D: "24" }, meta_info: "step1", answer_idx: "B" }],
    prompt: PENS_OPTIONS,
    answer: "B",
    task: "gpqa",
  },
  {
    name: "RACE",
    rows: [{ example_id: "high1.txt", article: "Zoe has 25 pens.", answer: "B", question: "How many pens?", options: A }],
    prompt: "Zoe has 25 pens.\nHow many pens?\nA. 26\nB. 25\nC. 27\nD. 24",
    answer: "B",
    task: "gpqa",
    id: "high1.txt",
  },
  { name: "Chinese fields", rows: [{ 题目: "17+8等于多少？", 答案: "25", 难度: "易" }], prompt: "17+8等于多少？", answer: "25", level: "易" },
]; // prettier-ignore

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
