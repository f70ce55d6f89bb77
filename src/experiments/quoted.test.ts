import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { numberText } from "./numbers.ts";
import type { ExperimentResult } from "./result.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8").replaceAll("−", "-");

/** A passage and the texts of the tables it quotes. */
type Claim = readonly [start: string, passage: string, tables: string];

function claim(passage: string, names: readonly string[]): Claim {
  const tables = names.map((name) => read(`docs/experiments/${name}.md`) + ofSeeds(name)).join(" ");
  return [passage.slice(0, 40), passage.replaceAll(/\s+/g, " "), tables];
}

/** Returns every seed's shares in percent, which the tables average. */
function ofSeeds(name: string): string {
  const { table } = JSON.parse(read(`docs/experiments/${name}.json`)) as ExperimentResult; // committed file
  const values = table.rows.flatMap((row) => row.values.flatMap((value) => value?.bySeed ?? []));
  return values.map((value) => ` ${numberText(value, "share")}`).join("");
}

/** List entries that begin with a link to their table. */
function entries(): Claim[] {
  const [, ...found] = read("docs/experiments/README.md").split(/\n- (?=\*\*\[)/);
  return found.map((entry) => claim(entry.split("\n\n")[0] ?? "", linked(entry)));
}

function linked(entry: string): string[] {
  return [...entry.matchAll(/\((\w+)\.md\)/g)].map(([, name]) => name ?? "");
}

/** The README's sections on results. */
function sections(): Claim[] {
  const found = read("README.md").split(/^## /m);
  const shown = found.filter((section) => /^What (the demo shows|it does not show)/.test(section));
  return shown.map((section) =>
    claim(section.replace("top-p 0.95", "top-p"), ["main", "line", "ood", "failures"]),
  );
}

/** Intervals and decimals of a text, versions and names left out. */
function figures(text: string): string[] {
  return text.match(/\[[-+\d., ]+\]|(?<![\w.])[-+]?\d+\.\d+(?![\w.])/g) ?? [];
}

test.each([...entries(), ...sections()])("%s… quotes its tables", (_, passage, tables) => {
  const plain = tables.replaceAll("+", "");
  const known = new Set(figures(plain));
  const unknown = figures(passage).filter((figure) => !known.has(figure.replaceAll("+", "")));
  expect(unknown).toEqual([]);
});

test("a figure that no table has is found", () => {
  expect(figures("from 31.8 to 99.9 [1.0, 2.5] at 5x, 0.2M and version 1.2.3")).toEqual([
    "31.8",
    "99.9",
    "[1.0, 2.5]",
  ]);
});
