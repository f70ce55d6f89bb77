/**
 * An ESLint rule: inside every folder, imports run one way. Of two children of a folder, files or
 * subfolders, one may import from the other, but not both from each other, neither directly nor through further children.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const SOURCE = /\.(ts|tsx|mjs)$/;
/** Tests and what only they import may reach anywhere. */
const TEST = /(\.(test|bench|spec)\.|(^|\/)(fixture|testBackend)\.)/;
const IMPORT = /(?:from\s*|import\s*\(?\s*|new URL\(\s*)["'](\.[^"']+)["']/g;

/** @typedef {Map<string, Map<string, Set<string>>>} Children folder -> child -> children it imports */

/** @param {string} folder @returns {string[]} */
function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sourceFiles(path);
    return SOURCE.test(entry.name) && !TEST.test(path) ? [path] : [];
  });
}

/** The folder that two files share, and its child that each is in. @param {string} from @param {string} to */
function childrenOf(from, to) {
  const [a, b] = [from.split(sep), to.split(sep)];
  let depth = 0;
  while (depth < a.length - 1 && depth < b.length - 1 && a[depth] === b[depth]) depth++;
  return { folder: a.slice(0, depth).join(sep), from: a[depth] ?? "", to: b[depth] ?? "" };
}

/** @param {string} root @param {readonly string[]} folders @returns {Children} */
function readChildren(root, folders) {
  /** @type {Children} */
  const children = new Map();
  const files = folders.flatMap((folder) => sourceFiles(join(root, folder)));
  const known = new Set(files);
  for (const file of files) {
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const target = resolve(dirname(file), specifier.split("?")[0] ?? "");
      if (!known.has(target)) continue;
      const { folder, from, to } = childrenOf(relative(root, file), relative(root, target));
      if (from === to) continue;
      /** @type {Map<string, Set<string>>} */
      const within = children.get(folder) ?? new Map();
      /** @type {Set<string>} */
      const imported = within.get(from) ?? new Set();
      children.set(folder, within.set(from, imported.add(to)));
    }
  }
  return children;
}

/** Whether `start` imports `goal`, directly or through others. @param {Map<string, Set<string>>} within @param {string} start @param {string} goal */
function reaches(within, start, goal) {
  const seen = new Set([start]);
  for (const child of seen) {
    for (const next of within.get(child) ?? []) {
      if (next === goal) return true;
      seen.add(next);
    }
  }
  return false;
}

/** @param {string} root @param {readonly string[]} folders @returns {import("eslint").Rule.RuleModule} */
export function oneWayImports(root, folders) {
  /** @type {Children | undefined} */
  let children;
  return {
    meta: { type: "problem", schema: [] },
    create(context) {
      if (TEST.test(context.filename)) return {};
      /** @param {import("estree").Node & { source?: import("estree").Literal | null | undefined }} node */
      const check = (node) => {
        const specifier = node.source?.value;
        if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
        children ??= readChildren(root, folders);
        const target = relative(root, resolve(dirname(context.filename), specifier.split("?")[0] ?? ""));
        const { folder, from, to } = childrenOf(relative(root, context.filename), target);
        const within = children.get(folder);
        if (from === to || within === undefined || !reaches(within, to, from)) return;
        context.report({
          node,
          message: `${folder}/${to} imports ${folder}/${from} back: imports run one way.`,
        });
      };
      return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
    },
  };
}
