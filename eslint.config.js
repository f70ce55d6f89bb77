import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";
import { oneWayImports } from "./tools/lint/oneWayImports.mjs";

/**
 * Who may import whom: imports only point down (ARCHITECTURE.md). "rl" is all of a folder, "rl/ttrlConfig" one file of it,
 * "type rl" its types only. Whatever is not listed is an error.
 * @type {Record<string, string[]>}
 */
const LAYERS = {
  math: [],
  grading: ["math"],
  rl: ["math", "grading"],
  tasks: ["math", "type rl"],
  formats: ["math"],
  hub: ["math", "formats"],
  data: ["math", "formats/zip/zip", "formats/splitPath", "type rl"],
  decoder: ["math"],
  ops: ["math"],
  webgpu: ["math", "decoder", "formats/numbers/"],
  model: ["math", "decoder", "ops", "webgpu", "formats", "rl/contracts/prompt", "type rl"],
  report: ["math", "formats", "rl/contracts/types", "rl/ttrlConfig", "rl/metrics/"],
  recipe: [
    "formats",
    "report/exportForms",
    "rl/contracts/types",
    "rl/contracts/prompt",
    "rl/metrics/answerKey",
    "rl/ttrlConfig",
    "rl/paperPreset",
  ],
  experiments: ["math", "rl/contracts/types", "rl/ttrlConfig", "rl/metrics/"],
  figures: ["math", "experiments"],
  lab: [
    "math",
    "rl",
    "tasks",
    "formats",
    "hub",
    "data",
    "decoder",
    "ops",
    "webgpu",
    "model",
    "report",
    "recipe",
  ],
  worker: [
    "math",
    "rl",
    "tasks",
    "formats",
    "hub",
    "data",
    "decoder",
    "ops",
    "webgpu",
    "model",
    "report",
    "recipe",
    "lab",
  ],
  store: [
    "math",
    "rl/contracts/types",
    "rl/ttrlConfig",
    "rl/paperPreset",
    "rl/metrics/",
    "data",
    "report",
    "recipe/losses",
    "experiments",
    "worker/protocol",
    "worker/client",
    "worker/plan/planClient",
    "worker/hub/hubClient",
    "worker/models/modelsClient",
  ],
  ui: [
    "math",
    "rl/contracts/types",
    "rl/contracts/prompt",
    "rl/ttrlConfig",
    "rl/metrics/",
    "experiments",
    "figures",
    "store",
  ],
};

/** Folders beside src, and what of src they leave alone. */
const OUTSIDE = {
  cli: ["worker", "store", "ui"],
  tools: ["worker", "store", "ui"],
  bench: ["worker", "store", "ui"],
};

/** Packages that belong to some folders alone. */
const PACKAGES = [
  { regex: "^(react|react-dom)(/|$)", home: ["figures", "ui"] },
  { regex: "^recharts(/|$)", home: ["ui"] },
  { regex: "^zustand(/|$)", home: ["store", "ui"] },
  { regex: "^@tensorflow/tfjs(-core)?(/|$)", home: ["ops"] },
  { regex: "^@tensorflow/tfjs-backend-", home: ["ops", "lab", "worker"] },
  { regex: "^(client-zip|hyparquet-writer)$", home: ["formats"] },
  { regex: "^(papaparse|hyparquet(-compressors)?)$", home: ["data"] },
  { regex: "^idb-keyval$", home: ["store"] },
  { regex: "^(commander|cli-progress|webgpu)$", home: [] },
  { regex: "^node:", home: [] },
];

/** Where TensorFlow.js is imported statically; other files import it dynamically, so that recorded graphs run without it. */
const OPERATIONS = ["src/model/tfjs/**", "src/worker/browser/operations.ts"]; // and cli/operations.ts

const LAZY_OPERATIONS = {
  regex: "^(\\.\\.?/)+(src/)?(ops|(model/)?tfjs)/(?!wasm/startThreads|decoding/rowsPerBatch)",
  allowTypeImports: true,
  message: "Import TensorFlow.js dynamically: a start on recorded WebGPU graphs loads none of it.",
};

const ALL = Object.keys(LAYERS);

/**
 * The import rule of one folder of src. Tests may use any package.
 * @param {string} folder @param {boolean} isTest @param {boolean} usesOperations whether it imports TensorFlow.js
 */
function importRule(folder, isTest, usesOperations = isTest || folder === "ops") {
  const allowed = LAYERS[folder] ?? [];
  const typeOnly = allowed
    .filter((entry) => entry.startsWith("type "))
    .map((entry) => entry.slice("type ".length));
  const forbidden = ALL.filter(
    (other) => other !== folder && !allowed.includes(other) && !typeOnly.includes(other),
  );
  /** @param {string} other Imports of a folder but for the files that the table allows. */
  const importsOf = (other) => {
    const files = allowed
      .filter((entry) => entry.startsWith(`${other}/`))
      .map((entry) => entry.slice(other.length + 1))
      .map((path) => (path.endsWith("/") ? path : `${path}\\.ts$`));
    if (isTest) files.push(".*fixture\\.ts$");
    return `^(\\.\\./)+${other}/${files.length === 0 ? "" : `(?!${files.join("|")})`}`;
  };
  const patterns = [
    ...forbidden.map((other) => ({ regex: importsOf(other), message: refusal(folder, `${other}/`) })),
    ...typeOnly.map((other) => ({
      regex: importsOf(other),
      allowTypeImports: true,
      message: refusal(folder, `${other}/, types excepted`),
    })),
    ...(usesOperations ? [] : [LAZY_OPERATIONS]),
    ...PACKAGES.filter(({ home }) => !isTest && !home.includes(folder)).map(({ regex }) => ({
      regex,
      message: refusal(folder, "this package"),
    })),
  ];
  return restrict(patterns);
}

/** @param {string} folder @param {string[]} closed @param {boolean} usesOperations */
function outsideRule(folder, closed, usesOperations) {
  const patterns = closed.map((other) => ({
    regex: `/src/${other}/`,
    allowTypeImports: true,
    message: refusal(folder, `${other}/, types excepted`),
  }));
  return restrict(usesOperations ? patterns : [...patterns, LAZY_OPERATIONS]);
}

/** @param {object[]} patterns @returns {import("eslint").Linter.RulesRecord} */
function restrict(patterns) {
  return { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] };
}

/** @param {string} folder @param {string} what */
function refusal(folder, what) {
  return `${folder}/ may not import ${what}: see ARCHITECTURE.md.`;
}

/** Tests, benches and what only they import. */
const TESTS = ["**/{*.test,*.bench,fixture,testBackend}.{ts,tsx}", "e2e/**"];

const noClock = (/** @type {[string, string]} */ ...[object, property]) => ({
  object,
  property,
  message: "A run must replay from its seed: draw from math/random.ts, and keep clocks out of the logic.",
});

export default defineConfig(
  {
    ignores: [
      "dist/",
      "dist-lib/",
      "examples/", // they import the package by its name
      ".cache/",
      "out/",
      ".cache/",
      "coverage/",
      "test-results/",
      "playwright-report/",
      "public/",
      "src/ops/wasm/assembly/",
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off", // TensorFlow.js hands backends out by interface
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "no-console": ["error", { allow: ["warn", "error"] }],
      "no-undef": "off", // the compiler knows better
    },
  },
  {
    files: ["{src,cli,tools,bench}/**/*.{ts,tsx,mjs}"],
    plugins: {
      lab: {
        rules: { "one-way-imports": oneWayImports(import.meta.dirname, ["src", "cli", "tools", "bench"]) },
      },
    },
    rules: { "lab/one-way-imports": "error" },
  },
  ...ALL.flatMap((folder) => [
    { files: [`src/${folder}/**`], rules: importRule(folder, false) },
    ...OPERATIONS.filter((path) => path.startsWith(`src/${folder}/`)).map((path) => ({
      files: [path],
      rules: importRule(folder, false, true),
    })),
    { files: TESTS.map((test) => `src/${folder}/${test}`), rules: importRule(folder, true) },
  ]),
  ...Object.entries(OUTSIDE).map(([folder, closed]) => ({
    files: [`${folder}/**`],
    rules: outsideRule(folder, closed, folder !== "cli"),
  })),
  { files: ["cli/operations.ts", "cli/**/*.test.ts"], rules: outsideRule("cli", OUTSIDE.cli, true) },
  { files: ["cli/**", "tools/**", "bench/**"], rules: { "no-console": "off" } },
  // Casts in plain JavaScript are comments, which this rule does not see.
  { files: ["**/*.mjs"], rules: { "@typescript-eslint/no-unsafe-assignment": "off" } },
  {
    files: ["src/{math,grading,rl,tasks,formats,data,decoder,ops,webgpu,model,recipe}/**"],
    rules: { "no-restricted-properties": ["error", noClock("Math", "random"), noClock("Date", "now")] },
  },
  { files: ["src/ui/**"], extends: [reactHooks.configs.flat["recommended-latest"]] },
  {
    files: TESTS,
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off", // a missing value fails the test anyway
      "max-lines": "off",
      "max-lines-per-function": "off",
    },
  },
);
