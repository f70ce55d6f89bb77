/** Finds what each column of a data set is for, by its name and its values; a user's choice overrides it. */
import { asRecord, type Fields } from "../row.ts";
import { isConversation } from "./conversation.ts";
import { listedTexts } from "./options.ts";
import {
  isKnownName,
  isMedia,
  looksImportant,
  NAMES,
  nameKey,
  OPTION_COLUMNS,
  ROLES,
  type Role,
} from "./roles.ts";
import { isBlank, parsed, valueAt } from "./value.ts";

/** A column and what it is taken for. */
export interface Column {
  /** Name; a dot reads a field of an object, e.g. "reward_model.ground_truth". */
  readonly name: string;
  /** Null for a column that is left out. */
  readonly role: Role | null;
  /** Why, as the end of a sentence that begins with the column's name. */
  readonly reason: string;
}

/** Columns of each role, in the order they are used. */
export type Mapping = Readonly<Record<Role, readonly string[]>>;

/** Roles chosen by the user: column names by role. An empty list takes the role away. */
export type ChosenRoles = Readonly<Partial<Record<Role, readonly string[]>>>;

/** Columns with their roles. */
export interface MappedColumns {
  readonly columns: readonly Column[];
  readonly mapping: Mapping;
}

/** Rows looked at from the first on, and columns listed whose name is not known. */
const SAMPLE_ROWS = 2000;
const MAX_UNKNOWN = 500;

/** Returns the rows by which roles are found: the first ones, and later ones that fill a column for the first time. */
export function sampleOf(rows: readonly Fields[]): Fields[] {
  const filled = new Set<string>();
  return rows.filter((row, i) => {
    const before = filled.size;
    for (const name of Object.keys(row)) if (!filled.has(name) && !isBlank(row[name])) filled.add(name);
    return i < SAMPLE_ROWS || filled.size > before;
  });
}

/** Returns the columns of some rows in order of appearance, fields of objects by their path. */
export function columnsOf(rows: readonly Fields[]): string[] {
  const names = new Set<string>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) for (const path of pathsOf(name, value)) names.add(path);
  let unknown = 0;
  const all = [...names].filter(
    (name) => looksImportant(name) || isKnownName(name) || ++unknown <= MAX_UNKNOWN,
  );
  return all.filter((name) => !all.some((other) => other.startsWith(`${name}.`)));
}

/** Names whose objects are read as a whole. */
const WHOLE: ReadonlySet<string> = new Set([...NAMES.options, ...NAMES.answer]);

function pathsOf(name: string, value: unknown): string[] {
  const record = asRecord(value);
  if (record === null || WHOLE.has(nameKey(name)) || Object.keys(record).length === 0) return [name];
  return Object.entries(record).flatMap(([inner, deeper]) => pathsOf(`${name}.${inner}`, deeper));
}

/** Assigns roles to the columns of some rows. */
export function mapColumns(
  names: readonly string[],
  rows: readonly Fields[],
  chosen: ChosenRoles = {},
): MappedColumns {
  const finder = new RoleFinder(names, rows, chosen);
  const columns = names.map((name): Column => finder.columns.get(name) ?? finder.leftOut(name));
  const mapping = Object.fromEntries(ROLES.map((role) => [role, finder.of(role)])) as Record<Role, string[]>; // all roles
  return { columns, mapping };
}

/** The reason of a column that has no values. */
export const EMPTY = "is empty in every row";

/** What the values of a column are that has a known name and no role. */
const KINDS: Readonly<Partial<Record<Role, string>>> = {
  options: "no lists",
  prompt: "neither text nor conversations",
  context: "not text",
};

/** Names that are taken for the prompt only where there is no better one. */
const WEAK_NAMES = ["text", "sentence", "original_question"];

/** Assigns one role after the other; a column has at most one. */
class RoleFinder {
  readonly columns = new Map<string, Column>();
  readonly #names: readonly string[];
  readonly #rows: readonly Fields[];
  readonly #chosen: ChosenRoles;

  constructor(names: readonly string[], rows: readonly Fields[], chosen: ChosenRoles) {
    this.#names = names;
    this.#rows = rows;
    this.#chosen = chosen;
    for (const role of ROLES) this.#assignChosen(role, chosen[role] ?? []);
    this.#findPrompt();
    this.#findOptions();
    this.#find("answer", (values) => values.some((value) => typeof value !== "boolean"), true);
    this.#find("solution", isTextual, true);
    this.#find("context", isTextual, false);
    for (const role of ["id", "level", "subject"] as const) this.#find(role, isText, false);
    this.#find("system", isText, false);
  }

  #assignChosen(role: Role, names: readonly string[]): void {
    const areAllUsed = role === "options" || role === "context";
    for (const [i, name] of names.entries()) {
      const before = areAllUsed ? [] : names.slice(0, i);
      const reason =
        before.length === 0 ? "was chosen" : `is used where "${before.join('" and "')}" is empty`;
      this.#assign(name, role, reason);
    }
  }

  /** The columns of a role: as chosen, or in order of preference. */
  of(role: Role): string[] {
    const chosen = this.#chosen[role];
    return chosen === undefined
      ? [...this.columns.values()].filter((column) => column.role === role).map(({ name }) => name)
      : [...chosen];
  }

  /** A column without a role, and why it has none. */
  leftOut(name: string): Column {
    const key = nameKey(name);
    const known = ROLES.find((role) => NAMES[role].includes(key));
    const used = known === undefined ? "" : this.of(known).map((other) => `"${other}"`).join(" and "); // prettier-ignore
    const reason = (): string => {
      if (this.#values(name).length === 0) return EMPTY;
      if (isMedia(name)) return "is left out: it is not text, which is all that a model here reads";
      if (known === undefined) return "is left out: its name is known for no role";
      if (this.#chosen[known] !== undefined)
        return `is left out: ${used === "" ? "no column" : used} was chosen as the ${known}`;
      if (used !== "") return `is left out: ${used} is preferred as the ${known}`;
      return `is left out: it has a known name of the ${known}, but its values are ${KINDS[known] ?? "of another kind"}`;
    };
    return { name, role: null, reason: reason() };
  }

  #values(name: string): unknown[] {
    return this.#rows.map((row) => valueAt(row, name)).filter((value) => !isBlank(value));
  }

  /** Columns with a known name of the role that are free and not empty, in order of preference. */
  #candidates(role: Role, fits: (values: readonly unknown[]) => boolean): string[] {
    return NAMES[role].flatMap((key) =>
      this.#names.filter((name) => {
        if (nameKey(name) !== key || this.columns.has(name)) return false;
        const values = this.#values(name);
        return values.length > 0 && (fits(values) || (key === "answer" && role === "answer"));
      }),
    );
  }

  #assign(name: string, role: Role, reason: string): void {
    this.columns.set(name, { name, role, reason });
  }

  /** Gives the role to the preferred column, and to others where that one is empty. */
  #find(role: Role, fits: (values: readonly unknown[]) => boolean, asFallback: boolean): void {
    if (this.#chosen[role] !== undefined) return;
    const [first, ...others] = this.#candidates(role, fits);
    if (first === undefined) return;
    this.#assign(first, role, this.#reason(role));
    if (!asFallback) return;
    for (const name of others.filter((other) => !WEAK_NAMES.includes(nameKey(other)))) {
      const used = this.of(role);
      const fills = this.#rows.some(
        (row) => !isBlank(valueAt(row, name)) && used.every((other) => isBlank(valueAt(row, other))),
      );
      const empty = used.length > 1 ? "are empty" : "is empty";
      if (fills) this.#assign(name, role, `is used where "${used.join('" and "')}" ${empty}`);
    }
  }

  #reason(role: Role): string {
    const answer = this.of("answer").map((name) => `"${name}"`);
    if (role === "solution" && answer.length > 0)
      return `is used only where ${answer.join(" and ")} states no answer`;
    if (role === "subject") return "is a known name of the subject; choose level to break results down by it";
    return `is a known name of the ${role}`;
  }

  #findPrompt(): void {
    this.#find("prompt", (values) => isText(values) || values.some(isConversation), true);
    const [prompt] = this.of("prompt");
    if (this.#chosen.input !== undefined || prompt === undefined) return;
    const input = this.#names.find((name) => NAMES.input.includes(nameKey(name)) && !this.columns.has(name));
    const isInstruction = /^(instruction|指令|task)$/.test(nameKey(prompt));
    if (input !== undefined && isInstruction && isText(this.#values(input)))
      this.#assign(input, "input", `follows "${prompt}"`);
    const second = this.of("prompt").find((name) => NAMES.input.includes(nameKey(name)));
    if (second !== undefined && isInstruction) this.#assign(second, "input", `follows "${prompt}"`);
  }

  #findOptions(): void {
    if (this.#chosen.options !== undefined) return;
    const [list] = this.#candidates("options", (values) => values.some(isOptionList));
    if (list !== undefined) {
      this.#assign(list, "options", "is a known name of the options");
      return;
    }
    const answers = this.#names.find((name) => nameKey(name) === "answers" && !this.columns.has(name));
    const hasIndex = this.#names.some((name) => /^correct_answer_(id|idx|index)$/.test(nameKey(name)));
    if (answers !== undefined && hasIndex) {
      this.#assign(answers, "options", "lists the options that a column of indices chooses from");
      return;
    }
    for (const pattern of OPTION_COLUMNS) {
      const family = this.#names.filter((name) => !this.columns.has(name) && pattern.test(nameKey(name)));
      const labels = family.map((name) => pattern.exec(nameKey(name))?.[1]);
      const isRun = labels.length >= 2 && labels.every((label, i) => label !== labels[i - 1]);
      const isComplete = labels.some((label) => ["a", "1", "0"].includes(label ?? ""));
      const hasTruth = this.#candidates("answer", () => true).some((name) => !family.includes(name));
      if (!isRun || !isComplete || !hasTruth) continue;
      for (const name of family) this.#assign(name, "options", "is one of the options");
      return;
    }
  }
}

const isPlain = (value: unknown): boolean => typeof value === "string" || typeof value === "number";

const isText = (values: readonly unknown[]): boolean => values.some(isPlain);

/** Text, a list of one text, or a conversation. */
const isTextual = (values: readonly unknown[]): boolean =>
  values.some((value) => isPlain(value) || Array.isArray(value));

function isOptionList(value: unknown): boolean {
  const list = parsed(value);
  if (typeof list !== "string") return typeof list === "object";
  return /^\s*\[/.test(list) || listedTexts(list) !== null;
}
