/** Evaluates templates as Jinja2 does, with Python's values. */
import { filter, lookUp } from "./filters.ts";
import { as, filterName, nameOf, type Node } from "./nodes.ts";
import { operate, slice } from "./operators.ts";
import { loopAt, Scope } from "./scope.ts";
import { methodOf } from "./strings.ts";
import { test } from "./tests.ts";
import {
  Callable,
  fail,
  Float,
  isDict,
  isEqual,
  isTrue,
  iterate,
  Namespace,
  numberOf,
  text,
  Tuple,
  Undefined,
  type Arguments,
  type Value,
} from "./values.ts";

/** How a block ended. */
type Ending = "end" | "break" | "continue";

interface Output {
  text: string;
}

const NOTHING: Arguments = { list: [], named: new Map() };

/** Returns the text of a template. */
export function render(body: readonly Node[], scope: Scope): string {
  const output = { text: "" };
  run(body, scope, output);
  return output.text;
}

function run(body: readonly Node[], scope: Scope, output: Output): Ending {
  for (const node of body) {
    const ending = statement(node, scope, output);
    if (ending !== "end") return ending;
  }
  return "end";
}

function statement(node: Node, scope: Scope, output: Output): Ending {
  switch (node.type) {
    case "Comment":
      return "end";
    case "If": {
      const { test: condition, body, alternate } = as(node, "If");
      return run(isTrue(evaluate(condition, scope)) ? body : alternate, scope, output);
    }
    case "For":
      return loop(node, scope, output);
    case "Set":
      assign(node, scope);
      return "end";
    case "Macro":
      scope.set(nameOf(as(node, "Macro").name), macro(as(node, "Macro"), scope));
      return "end";
    case "Break":
      return "break";
    case "Continue":
      return "continue";
    case "CallStatement": {
      const { call, callerArgs, body } = as(node, "CallStatement");
      const { callee, args } = as(call, "CallExpression");
      const { list, named } = argumentsOf(args, scope);
      const caller = macro({ name: call, args: callerArgs ?? [], body }, scope);
      output.text += text(called(callee, { list, named: new Map([...named, ["caller", caller]]) }, scope));
      return "end";
    }
    case "FilterStatement": {
      const { filter: applied, body } = as(node, "FilterStatement");
      output.text += text(filtered(applied, render(body, new Scope(scope)), scope));
      return "end";
    }
    default:
      output.text += text(evaluate(node, scope));
      return "end";
  }
}

function loop(node: Node, scope: Scope, output: Output): Ending {
  const { loopvar, iterable, body, defaultBlock } = as(node, "For");
  const items = loopItems(loopvar, iterable, scope);
  const memory = {};
  for (let at = 0; at < items.length; at++) {
    const inner = new Scope(scope);
    unpack(loopvar, items[at] ?? null, inner);
    inner.set("loop", loopAt(items, at, memory));
    if (run(body, inner, output) === "break") break;
  }
  return items.length === 0 ? run(defaultBlock, scope, output) : "end";
}

function loopItems(loopvar: Node, iterable: Node, scope: Scope): readonly Value[] {
  if (iterable.type !== "SelectExpression") return iterate(evaluate(iterable, scope));
  const { lhs, test: condition } = as(iterable, "SelectExpression");
  return iterate(evaluate(lhs, scope)).filter((item) => {
    const inner = new Scope(scope);
    unpack(loopvar, item, inner);
    return isTrue(evaluate(condition, inner));
  });
}

function assign(node: Node, scope: Scope): void {
  const { assignee, value, body } = as(node, "Set");
  const found = value === null ? render(body, new Scope(scope)) : evaluate(value, scope);
  if (assignee.type !== "MemberExpression") return unpack(assignee, found, scope);
  const { object, property } = as(assignee, "MemberExpression");
  const target = evaluate(object, scope);
  if (!(target instanceof Namespace)) return fail("cannot assign attribute on non-namespace object");
  target.fields.set(nameOf(property), found);
}

function unpack(target: Node, value: Value, scope: Scope): void {
  if (target.type !== "TupleLiteral") return scope.set(nameOf(target), value);
  const names = as(target, "ListLiteral").value;
  const items = iterate(value);
  if (items.length !== names.length) fail(`${names.length} values to unpack, got ${items.length}`);
  names.forEach((name, i) => unpack(name, items[i] ?? null, scope));
}

interface MacroParts {
  readonly name: Node;
  readonly args: readonly Node[];
  readonly body: readonly Node[];
}

function macro({ name, args, body }: MacroParts, scope: Scope): Callable {
  const title = name.type === "Identifier" ? nameOf(name) : "caller";
  return new Callable(title, ({ list, named }) => {
    const inner = new Scope(scope);
    const rest = new Map(named);
    args.forEach((arg, i) => {
      const isOptional = arg.type === "KeywordArgumentExpression";
      const key = nameOf(isOptional ? as(arg, "KeywordArgumentExpression").key : arg);
      const usual = (): Value =>
        isOptional ? evaluate(as(arg, "KeywordArgumentExpression").value, inner) : new Undefined(key);
      const given = i < list.length ? list[i] : rest.get(key);
      rest.delete(key);
      inner.set(key, given === undefined ? usual() : given);
    });
    const caller = rest.get("caller");
    if (rest.delete("caller") && caller !== undefined) inner.set("caller", caller);
    inner.set("varargs", new Tuple(list.slice(args.length)));
    inner.set("kwargs", new Map<Value, Value>(rest));
    return render(body, inner);
  });
}

function evaluate(node: Node, scope: Scope): Value {
  const rule = Object.hasOwn(EXPRESSIONS, node.type) ? EXPRESSIONS[node.type] : undefined;
  return rule?.(node, scope) ?? (rule === undefined ? fail(`${node.type} is not supported`) : null);
}

const listed = (node: Node, scope: Scope): Value[] =>
  as(node, "ListLiteral").value.map((one) => evaluate(one, scope));

const EXPRESSIONS: Readonly<Record<string, (node: Node, scope: Scope) => Value>> = {
  StringLiteral: (node) => as(node, "StringLiteral").value,
  IntegerLiteral: (node) => as(node, "NumberLiteral").value,
  FloatLiteral: (node) => new Float(as(node, "NumberLiteral").value),
  ArrayLiteral: listed,
  TupleLiteral: (node, scope) => new Tuple(listed(node, scope)),
  ObjectLiteral: (node, scope) =>
    new Map(
      [...as(node, "ObjectLiteral").value].map(([key, value]): [Value, Value] => [
        evaluate(key, scope),
        evaluate(value, scope),
      ]),
    ),
  Identifier: (node, scope) => scope.get(nameOf(node)),
  MemberExpression: member,
  CallExpression: (node, scope) => {
    const { callee, args } = as(node, "CallExpression");
    return called(callee, argumentsOf(args, scope), scope);
  },
  BinaryExpression: (node, scope) => {
    const { operator, left, right } = as(node, "BinaryExpression");
    const first = evaluate(left, scope);
    if (operator.value === "and") return isTrue(first) ? evaluate(right, scope) : first;
    if (operator.value === "or") return isTrue(first) ? first : evaluate(right, scope);
    return operate(operator.value, first, evaluate(right, scope));
  },
  UnaryExpression: (node, scope) => {
    const { operator, argument } = as(node, "UnaryExpression");
    const value = evaluate(argument, scope);
    if (operator.value === "not") return !isTrue(value);
    const number = numberOf(value) ?? fail(`bad operand type for unary ${operator.value}`);
    const signed = operator.value === "-" ? -number : number;
    return value instanceof Float ? new Float(signed) : signed;
  },
  FilterExpression: (node, scope) => {
    const { operand, filter: applied } = as(node, "FilterExpression");
    return filtered(applied, evaluate(operand, scope), scope);
  },
  TestExpression: (node, scope) => {
    const { operand, negate, test: name } = as(node, "TestExpression");
    return test(nameOf(name), evaluate(operand, scope)) !== negate;
  },
  SelectExpression: (node, scope) => {
    const { lhs, test: condition } = as(node, "SelectExpression");
    return isTrue(evaluate(condition, scope))
      ? evaluate(lhs, scope)
      : new Undefined("the else of an inline if");
  },
  Ternary: (node, scope) => {
    const { condition, trueExpr, falseExpr } = as(node, "Ternary");
    return evaluate(isTrue(evaluate(condition, scope)) ? trueExpr : falseExpr, scope);
  },
};

function called(callee: Node, given: Arguments, scope: Scope): Value {
  const value = evaluate(callee, scope);
  if (value instanceof Undefined) return fail(`'${value.name}' is undefined`);
  return value instanceof Callable ? value.call(given) : fail(`${text(value)} is not callable`);
}

function member(node: Node, scope: Scope): Value {
  const { object, property, computed } = as(node, "MemberExpression");
  const value = evaluate(object, scope);
  if (property.type === "SliceExpression") {
    const { start, stop, step } = as(property, "SliceExpression");
    return slice(
      value,
      [start, stop, step].map((bound) => (bound === undefined ? undefined : evaluate(bound, scope))),
    );
  }
  const key = computed ? evaluate(property, scope) : as(property, "Identifier").value;
  const found = isDict(value) && typeof key !== "string" ? keyOf(value, key) : key;
  return lookUp(
    value,
    found,
    !computed,
    (name) => new Callable(name, methodOf(value, name) ?? fail(`no ${name}`)),
  );
}

/** Returns the key of a dictionary that equals a value. */
function keyOf(dict: ReadonlyMap<Value, Value>, key: Value): Value {
  return [...dict.keys()].find((one) => isEqual(one, key)) ?? key;
}

function filtered(applied: Node, value: Value, scope: Scope): Value {
  const given =
    applied.type === "CallExpression" ? argumentsOf(as(applied, "CallExpression").args, scope) : NOTHING;
  return filter(filterName(applied), value, given);
}

function argumentsOf(args: readonly Node[], scope: Scope): Arguments {
  const list: Value[] = [];
  const named = new Map<string, Value>();
  for (const arg of args) {
    if (arg.type === "KeywordArgumentExpression") {
      const { key, value } = as(arg, "KeywordArgumentExpression");
      named.set(nameOf(key), evaluate(value, scope));
    } else if (arg.type === "SpreadExpression") {
      list.push(...iterate(evaluate(as(arg, "SpreadExpression").argument, scope)));
    } else if (arg.type === "KeywordSpreadExpression") {
      const value = evaluate(as(arg, "SpreadExpression").argument, scope);
      if (!isDict(value)) return fail("argument after ** must be a mapping");
      for (const [key, one] of value) named.set(text(key), one);
    } else {
      list.push(evaluate(arg, scope));
    }
  }
  return { list, named };
}
