/**
 * `npm test`: from a fresh clone to a verdict. Installs what is missing, a browser included, then runs the stages below
 * in order, stops at the first failure, and closes with the count of the tests that ran.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser } from "./ensureBrowser.mjs";
import { ensurePackages, ROOT } from "./ensurePackages.mjs";

const REPORTS = join(ROOT, "test-results");
const UNIT_REPORT = join(REPORTS, "unit.json");
const E2E_REPORT = join(REPORTS, "e2e.json");

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** Cheap stages first. @type {readonly { name: string, script: string, args?: string[] }[]} */
const STAGES = [
  { name: "types", script: "check:types" },
  { name: "lint", script: "check:lint" },
  { name: "format", script: "check:format" },
  {
    name: "unit tests",
    script: "test:unit",
    args: ["--reporter=default", "--reporter=json", `--outputFile.json=${UNIT_REPORT}`],
  },
  { name: "build", script: "build" },
  { name: "browser tests", script: "test:e2e" },
];

/** Runs one stage and says how long it took. @param {(typeof STAGES)[number]} stage @param {string} browser */
function passes({ name, script, args = [] }, browser) {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  const { status } = spawnSync("npm", ["run", "--silent", script, "--", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CHROME_PATH: browser, E2E_REPORT },
    shell: process.platform === "win32", // npm is npm.cmd there
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`=== ${name}: ${status === 0 ? "passed" : "FAILED"} in ${seconds} s`);
  return status === 0;
}

/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number }} UnitReport */
/** @typedef {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} E2eReport */

/** What both runners counted; a runner that did not get its turn counted nothing. @returns {Count[]} */
function counts() {
  const unit = /** @type {UnitReport | null} */ (readReport(UNIT_REPORT));
  const e2e = /** @type {E2eReport | null} */ (readReport(E2E_REPORT));
  return [
    ...(unit
      ? [{ passed: unit.numPassedTests, failed: unit.numFailedTests, skipped: unit.numPendingTests }]
      : []),
    ...(e2e
      ? [
          {
            passed: e2e.stats.expected + e2e.stats.flaky,
            failed: e2e.stats.unexpected,
            skipped: e2e.stats.skipped,
          },
        ]
      : []),
  ];
}

/** @param {string} file @returns {unknown} */
function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

ensurePackages();
const browser = await ensureBrowser();
rmSync(REPORTS, { recursive: true, force: true });

const allPassed = STAGES.every((stage) => passes(stage, browser));
const total = (/** @type {keyof Count} */ key) => counts().reduce((sum, count) => sum + count[key], 0);
const skipped = total("skipped") === 0 ? "" : `, ${total("skipped")} skipped`;
console.log(`\n${total("passed")} passed, ${total("failed")} failed${skipped}`);
process.exit(allPassed ? 0 : 1);
