/** Syntax of templates, parsed by @huggingface/jinja, and what of it is refused. */
import { parse, tokenize } from "@huggingface/jinja";
import { FILTER_NAMES } from "./filters.ts";
import { METHODS } from "./strings.ts";
import { TESTS } from "./tests.ts";
import { fail } from "./values.ts";

/** A node of the parser's syntax tree; which fields it has depends on `type`. */
export interface Node {
  readonly type: string;
}

/** Nodes by type. */
export interface Nodes {
  readonly StringLiteral: { readonly value: string };
  readonly NumberLiteral: { readonly value: number };
  readonly ListLiteral: { readonly value: readonly Node[] };
  readonly ObjectLiteral: { readonly value: ReadonlyMap<Node, Node> };
  readonly Identifier: { readonly value: string };
  readonly If: { readonly test: Node; readonly body: readonly Node[]; readonly alternate: readonly Node[] };
  readonly For: {
    readonly loopvar: Node;
    readonly iterable: Node;
    readonly body: readonly Node[];
    readonly defaultBlock: readonly Node[];
  };
  readonly Set: { readonly assignee: Node; readonly value: Node | null; readonly body: readonly Node[] };
  readonly Macro: { readonly name: Node; readonly args: readonly Node[]; readonly body: readonly Node[] };
  readonly CallStatement: {
    readonly call: Node;
    readonly callerArgs: readonly Node[] | null;
    readonly body: readonly Node[];
  };
  readonly FilterStatement: { readonly filter: Node; readonly body: readonly Node[] };
  readonly MemberExpression: { readonly object: Node; readonly property: Node; readonly computed: boolean };
  readonly CallExpression: { readonly callee: Node; readonly args: readonly Node[] };
  readonly BinaryExpression: {
    readonly operator: { value: string };
    readonly left: Node;
    readonly right: Node;
  };
  readonly UnaryExpression: { readonly operator: { value: string }; readonly argument: Node };
  readonly FilterExpression: { readonly operand: Node; readonly filter: Node };
  readonly TestExpression: { readonly operand: Node; readonly negate: boolean; readonly test: Node };
  readonly SelectExpression: { readonly lhs: Node; readonly test: Node };
  readonly Ternary: { readonly condition: Node; readonly trueExpr: Node; readonly falseExpr: Node };
  readonly SliceExpression: { readonly start?: Node; readonly stop?: Node; readonly step?: Node };
  readonly KeywordArgumentExpression: { readonly key: Node; readonly value: Node };
  readonly SpreadExpression: { readonly argument: Node };
}

/** A field of each type, by which a node is known. */
const FIELD: Readonly<Record<keyof Nodes, string>> = {
  ...{ StringLiteral: "value", NumberLiteral: "value", ListLiteral: "value", ObjectLiteral: "value" },
  ...{
    Identifier: "value",
    If: "test",
    For: "loopvar",
    Set: "assignee",
    Macro: "name",
    CallStatement: "call",
  },
  ...{
    FilterStatement: "filter",
    MemberExpression: "object",
    CallExpression: "callee",
    BinaryExpression: "left",
  },
  ...{
    UnaryExpression: "argument",
    FilterExpression: "operand",
    TestExpression: "operand",
    SelectExpression: "lhs",
  },
  ...{
    Ternary: "condition",
    SliceExpression: "start",
    KeywordArgumentExpression: "key",
    SpreadExpression: "argument",
  },
};

/** Returns a node with the fields of a type. */
export function as<T extends keyof Nodes>(node: Node, type: T): Nodes[T] {
  if (!(FIELD[type] in node)) fail(`${node.type} is not supported here`);
  return node as unknown as Nodes[T]; // it has the type's field
}

/** Parses a template as transformers sets Jinja2 up. Throws a sentence if the template has what is not computed here. */
export function parseTemplate(template: string): readonly Node[] {
  const source = template.replace(/\r\n|\r/g, "\n");
  const tokens = tokenize(source, { trim_blocks: true, lstrip_blocks: true });
  checkComparisons(tokens);
  const program = parse(tokens);
  program.body.forEach(check);
  return program.body;
}

/** Words and signs between which comparisons are no chain. */
const BETWEEN: ReadonlySet<string> = new Set([
  "and",
  "or",
  "not",
  "if",
  "elif",
  "else",
  "for",
  "set",
  ",",
  ":",
  "=",
]);
const OPEN: ReadonlySet<string> = new Set(["(", "[", "{"]);
const CLOSE: ReadonlySet<string> = new Set([")", "]", "}"]);

/** Throws at a < b < c, which the parser takes for (a < b) < c; the syntax tree has no parentheses. */
function checkComparisons(tokens: ReturnType<typeof tokenize>): void {
  let depth = [0];
  let isLoop = false;
  for (const { value, type } of tokens) {
    const last = depth.length - 1;
    if (/^(Open|Close)(Statement|Expression)$|^Text$|^Comment$/.test(type)) depth = [0];
    else if (type === "StringLiteral") continue;
    else if (OPEN.has(value)) depth.push(0);
    else if (CLOSE.has(value)) depth.pop();
    else if (BETWEEN.has(value)) {
      depth[last] = 0;
      isLoop = value === "for" || (isLoop && value === ",");
    } else if (value === "in" && isLoop && last === 0) isLoop = false;
    else if (type === "ComparisonBinaryOperator" || value === "in") {
      depth[last] = (depth[last] ?? 0) + 1;
      if ((depth[last] ?? 0) > 1) fail("a chain of comparisons is not supported");
    }
  }
}

function check(node: unknown): void {
  if (Array.isArray(node)) return node.forEach(check);
  if (node instanceof Map) return [...node].forEach(check);
  if (!isNode(node)) return;
  if (node.type === "FilterExpression" || node.type === "FilterStatement")
    checkName("filter", filterName(as(node, "FilterStatement").filter), FILTER_NAMES);
  if (node.type === "TestExpression") checkName("test", nameOf(as(node, "TestExpression").test), TESTS);
  if (node.type === "CallExpression") checkCall(as(node, "CallExpression").callee);
  Object.values(node).forEach(check);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function checkName(kind: string, name: string, known: ReadonlySet<string>): void {
  if (!known.has(name)) fail(`the ${kind} '${name}' is not supported`);
}

const FOREIGN: ReadonlySet<string> = new Set(["cycler", "joiner", "lipsum"]);
/** Methods of the loop. */
const OF_LOOP: ReadonlySet<string> = new Set(["cycle", "changed"]);
/** Methods that Python's types have and that are not computed here. */
const OTHERS =
  /^(format|format_map|append|extend|insert|pop|update|setdefault|remove|clear|encode|center|ljust|rjust|zfill|partition|rpartition|translate|casefold|swapcase|isalnum|isnumeric|isdecimal|islower|isupper|istitle|isidentifier|expandtabs|rindex|fromkeys)$/;

function checkCall(callee: Node): void {
  if (callee.type === "Identifier" && FOREIGN.has(nameOf(callee)))
    fail(`the function '${nameOf(callee)}' is not supported`);
  if (callee.type !== "MemberExpression") return;
  const { property, computed } = as(callee, "MemberExpression");
  const name = computed ? "" : nameOf(property);
  if (OTHERS.test(name) && !METHODS.has(name) && !OF_LOOP.has(name))
    fail(`the method '${name}' is not supported`);
}

/** Returns the name of a filter, with or without arguments. */
export function filterName(filter: Node): string {
  return nameOf(filter.type === "CallExpression" ? as(filter, "CallExpression").callee : filter);
}

export function nameOf(node: Node): string {
  return as(node, "Identifier").value;
}
