/**
 * `npm test`: from a fresh clone to a verdict. Installs what is missing, a browser included, then runs the checks and
 * the stages below in order, stops at the first failure, and closes with the count of the tests that ran.
 * `npm run test:quick`: types, lint by cache and the unit tests of uncommitted changes, or of those since a commit
 * (`npm run test:quick -- main`).
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBrowser } from "./ensureBrowser.mjs";
import { ensurePackages, ROOT } from "./ensurePackages.mjs";

const REPORTS = join(ROOT, "test-results");
const UNIT_REPORT = join(REPORTS, "unit.json");
const E2E_REPORT = join(REPORTS, "e2e.json");

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @typedef {{ readonly name: string, readonly script: string, readonly args?: readonly string[] }} Stage */

const QUICK = process.argv[2] === "--quick";

const UNIT_REPORTS = ["--reporter=default", "--reporter=json", `--outputFile.json=${UNIT_REPORT}`];

/** Lint reads types across files, which a cache by file does not see: only the quick run uses it. */
const LINT_CACHE = ["--cache", "--cache-location", ".cache/eslint", "--cache-strategy", "content"];

/** Side by side, since each computes on one core. @type {readonly Stage[]} */
const CHECKS = QUICK
  ? [
      { name: "types", script: "check:types" },
      { name: "lint", script: "check:lint", args: LINT_CACHE },
    ]
  : [
      { name: "types", script: "check:types" },
      { name: "lint", script: "check:lint" },
      { name: "format", script: "check:format" },
      { name: "build", script: "build" },
    ];

/** Cheap stages first. @type {readonly Stage[]} */
const STAGES = QUICK
  ? [
      {
        name: "unit tests of what changed",
        script: "test:unit",
        args: [...UNIT_REPORTS, "--changed", ...process.argv.slice(3)],
      },
    ]
  : [
      { name: "unit tests", script: "test:unit", args: UNIT_REPORTS },
      { name: "browser tests", script: "test:e2e" },
    ];

const SHELL = process.platform === "win32"; // npm is npm.cmd there

/** @param {Stage} stage */
const command = ({ script, args = [] }) => ["run", "--silent", script, "--", ...args];

/** @param {Stage} stage @param {boolean} passed @param {number} start */
function tell({ name }, passed, start) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`=== ${name}: ${passed ? "passed" : "FAILED"} in ${seconds} s`);
}

/** Runs a check and shows what it said once it is done. @param {Stage} check @returns {Promise<boolean>} */
function checks(check) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn("npm", command(check), {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      shell: SHELL,
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (/** @type {Buffer} */ data) => (said += data.toString()));
    child.on("error", reject);
    child.on("close", (status) => {
      process.stdout.write(`\n${said}`);
      tell(check, status === 0, start);
      resolve(status === 0);
    });
  });
}

/** Runs one stage and says how long it took. @param {Stage} stage @param {string} browser */
function passes(stage, browser) {
  console.log(`\n=== ${stage.name}`);
  const start = performance.now();
  const { status } = spawnSync("npm", command(stage), {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...(browser !== "" && { CHROME_PATH: browser }), E2E_REPORT },
    shell: SHELL,
  });
  tell(stage, status === 0, start);
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
const browser = QUICK ? "" : await ensureBrowser();
rmSync(REPORTS, { recursive: true, force: true });

const checked = await Promise.all(CHECKS.map(checks));
const allPassed = checked.every(Boolean) && STAGES.every((stage) => passes(stage, browser));
const total = (/** @type {keyof Count} */ key) => counts().reduce((sum, count) => sum + count[key], 0);
const skipped = total("skipped") === 0 ? "" : `, ${total("skipped")} skipped`;
if (QUICK) console.log("\nNot run: format, build, browser tests and the unit tests of what did not change.");
console.log(`\n${total("passed")} passed, ${total("failed")} failed${skipped}`);
process.exit(allPassed ? 0 : 1);
