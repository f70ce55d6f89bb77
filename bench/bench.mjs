/**
 * `npm run bench`: compares the engine with other libraries on this machine's GPU; `npm run bench -- --help` lists its other
 * measurements. Installs missing packages: the product's, and for a comparison those of bench/package.json.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensurePackages, ROOT, stop } from "../tools/ensurePackages.mjs";
import { help, OPTIONS } from "./options.mjs";

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n${help()}`);
  }
}

/** Installs the compared libraries into bench/node_modules if missing. */
function ensurePeers() {
  const installed = join(import.meta.dirname, "node_modules", ".package-lock.json"); // npm writes it when complete
  if (existsSync(installed)) return;
  console.error("Installing the compared libraries into bench/node_modules (npm ci, 0.5 GB) ...");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: import.meta.dirname,
    stdio: ["ignore", 2, "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0)
    stop(
      "The compared libraries could not be installed: see npm's message above, then run the command again.",
    );
}

/** Runs a program of this folder and exits with its status. @param {string} program @param {readonly string[]} args @returns {never} */
function run(program, args) {
  const command = ["--import", "tsx", join(import.meta.dirname, program), ...args];
  process.exit(spawnSync(process.execPath, command, { cwd: ROOT, stdio: "inherit" }).status ?? 1);
}

const options = readOptions();
if (options.help) {
  console.log(help());
  process.exit(0);
}
ensurePackages();
const { counts, json, memory, models = "", file, step, votes, tokens, prompt } = options;
if (counts) run("count.ts", json ? ["--json"] : []);
if (memory) run("memory.ts", [...models.split(","), file ?? ""].filter(Boolean));
if (step) run("shapeStep.ts", [step, votes, tokens, prompt]);
ensurePeers();
run("comparison/compare.ts", process.argv.slice(2));
