import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Linter } from "eslint";
import { afterAll, expect, test } from "vitest";
import { oneWayImports } from "./oneWayImports.mjs";

const root = mkdtempSync(join(tmpdir(), "ttrl-lint-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Messages of the rule for `file` among files with these imports. */
function messagesFor(file: string, files: Readonly<Record<string, readonly string[]>>): string[] {
  rmSync(root, { recursive: true });
  const textOf = (imports: readonly string[]): string =>
    imports.map((path) => `import "${path}";`).join("\n");
  for (const [name, imports] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), textOf(imports));
  }
  const plugins = { lab: { rules: { order: oneWayImports(root, ["src"]) } } };
  const rules = { "lab/order": "error" as const };
  return new Linter({ cwd: root })
    .verify(textOf(files[file] ?? []), [{ files: ["**/*.mjs"], plugins, rules }], {
      filename: join(root, file),
    })
    .map(({ message }) => message);
}

test("a subfolder may import from the file beside it, and that file from another subfolder", () => {
  const files = { "src/a/x.mjs": ["../y.mjs"], "src/y.mjs": ["./b/z.mjs"], "src/b/z.mjs": [] };
  expect(messagesFor("src/a/x.mjs", files)).toEqual([]);
  expect(messagesFor("src/y.mjs", files)).toEqual([]);
});

test("imports in both directions are refused, through other children too, and tests are left alone", () => {
  const files = {
    "src/a/x.mjs": ["../y.mjs"],
    "src/y.mjs": ["./b/z.mjs"],
    "src/b/z.mjs": ["../a/w.mjs"],
    "src/a/w.mjs": [],
    "src/a/x.test.mjs": ["../y.mjs"],
  };
  expect(messagesFor("src/a/x.mjs", files)).toEqual(["src/y.mjs imports src/a back: imports run one way."]);
  expect(messagesFor("src/b/z.mjs", files)).toEqual(["src/a imports src/b back: imports run one way."]);
  expect(messagesFor("src/a/x.test.mjs", files)).toEqual([]);
});
