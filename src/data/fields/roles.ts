/** What a column of a data set is for, and the names by which the roles are known. */
import { areTurns, type Fields } from "../row.ts";

/**
 * Roles of columns: `context`, `prompt` and `input` make up the question, in this order; `options` are listed under it as
 * lettered lines; the ground truth is in `answer`, or stated at the end of a worked `solution`.
 */
export const ROLES = [
  "context",
  "prompt",
  "input",
  "options",
  "answer",
  "solution",
  "id",
  "level",
  "subject",
  "system",
] as const;
export type Role = (typeof ROLES)[number];

/** Whether a text names a role. */
export const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

/** Known names of each role in order of preference, as `nameKey` writes them. A dot reads a field of an object. */
export const NAMES: Readonly<Record<Role, readonly string[]>> = {
  context: ["context", "contexts", "document", "dialogue", "body", "passage", "article", "paragraph", "premise", "background", "story", "hint", "support", "材料", "背景"],
  prompt: [
    "prompt", "question", "problem", "query", "instruction", "question_stem", "question.stem", "question.text", "prompt.text", "problem_statement", "question_text", "stem",
    "ctx", "goal", "sentence", "messages", "conversations", "conversation", "chat", "dialog", "input", "题目", "问题", "指令",
    "user", "human", "frage", "original_question", "q", "text",
  ],
  input: ["input", "输入"],
  options: [
    "options", "choices", "mc1_targets", "target_scores", "question.choices", "endings", "answer_choices", "candidates", "multiple_choice_targets", "选项",
    "incorrect_answers", "distractors", "wrong_answers",
  ],
  answer: [
    "answer", "final_answer", "final_ans", "expected_answer", "ground_truth", "groundtruth", "gold_answer", "correct_answer",
    "reward_model.ground_truth", "answerkey", "answer_key", "target", "gold", "correct", "correct_option", "correct_choice", "cop", "label",
    "answer_idx", "answer_index", "answers", "answers_spans", "ans", "gt", "gt_answer", "reference_answer", "ref_answer",
    "true_answer", "correct_idx", "correct_index", "gold_label", "best_answer", "答案", "标准答案", "final", "number_answer", "correct_answer_id", "correct_answer_idx", "correct_answer_index", "final_decision", "antwort", "a",
  ],
  solution: [
    "solution", "rationale", "response", "output", "completion", "worked_solution", "explanation", "chosen", "reference",
    "reference_solution", "cot", "lösung", "输出", "解析", "解答", "generated_solution",
  ],
  id: [
    "id", "unique_id", "question_id", "uuid", "uid", "qid", "problem_id", "problem_idx", "query_id", "example_id", "sample_id",
    "task_id", "record_id", "_id", "idx", "extra_info.id", "extra_info.index", "index", "row_idx", "编号",
  ],
  level: ["level", "difficulty", "difficulty_level", "writer's_difficulty_estimate", "难度"],
  subject: [
    "subject", "category", "topic", "type", "domain", "high-level_domain", "subdomain", "subfield", "problem_type",
    "question_type", "学科", "科目",
  ],
  system: ["system", "system_prompt", "system_message", "系统"],
}; // prettier-ignore

/** Families of columns that hold one option each, in order: their pattern and the letter or number in it. */
export const OPTION_COLUMNS: readonly RegExp[] = [
  /^([a-j])$/,
  /^(?:option|choice|answer|opt|op|ending|sol|mc_answer)_?([a-j]|\d{1,2})$/,
  /^(?:incorrect_answer|wrong_answer|distractor|incorrect|wrong|distractor_answer)_?(\d{1,2})$/,
];

/** Names that hold several turns of a conversation. */
export const CONVERSATIONS: readonly string[] = [
  "messages",
  "conversations",
  "conversation",
  "chat",
  "dialog",
];

/** Whether a column holds wrong options only. */
export const namesDistractor = (name: string): boolean => /incorrect|wrong|distractor/i.test(name);

/** Normalises a column's name: lower case, underscores for spaces; "Incorrect Answer 1" is "incorrect_answer_1". */
export function nameKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/\(s\)$/, "")
    .replace(/\s+/g, "_");
}

/** Whether a name is known for some role. */
export const isKnownName = (name: string): boolean =>
  ROLES.some((role) => NAMES[role].includes(nameKey(name)));

/** Names of what only a model with eyes or ears understands. */
const MEDIA = /^(?:decoded_)?(?:image|images|image_\d+|img|figure|picture|audio|video)$/;

/** Whether a column holds images or sound, by its name. */
export const isMedia = (name: string): boolean => MEDIA.test(nameKey(name).split(".")[0] ?? "");

/** Whether a name, of any role, is one that a question may depend on: it is never dropped without a note. */
export function looksImportant(name: string): boolean {
  const [key = ""] = nameKey(name).split(".");
  const roles = ["context", "prompt", "input", "options", "answer", "system"] as const;
  return (
    roles.some((role) => NAMES[role].includes(key)) ||
    OPTION_COLUMNS.some((pattern) => pattern.test(key)) ||
    /^(table|tools?|history|evidence|documents|facts|transcript|code|schema|pre_text|post_text|mc2_targets)$/.test(
      key,
    ) ||
    isMedia(key)
  );
}

/** Whether a row has a text or a conversation under a name of the prompt. */
export function hasPrompt(row: Fields): boolean {
  return Object.entries(row).some(
    ([name, value]) =>
      NAMES.prompt.includes(nameKey(name)) &&
      (typeof value === "string" || typeof value === "number" || (Array.isArray(value) && areTurns(value))),
  );
}
