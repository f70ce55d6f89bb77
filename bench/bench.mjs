/**
 * `npm run bench`: the engine beside its peers on the adapter at hand. `npm run bench -- --help` lists what else it does.
 * Installs what is missing: the product's packages, and for a comparison the peers of bench/package.json.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensurePackages, ROOT, stop } from "../tools/ensurePackages.mjs";

const HELP = `npm run bench -- [options]
  (none)         compare with the peers in Chromium
  --counts       what the engine asks of the GPU for a token and for a training step; no timing
  --json         print the result as one line of JSON
  --help         this text`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        counts: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return stop(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
  }
}

/** Runs a program of this folder and ends as it did. @param {string} program @param {readonly string[]} args @returns {never} */
function run(program, args) {
  const { status } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(import.meta.dirname, program), ...args],
    { cwd: ROOT, stdio: "inherit" },
  );
  process.exit(status ?? 1);
}

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
ensurePackages();
if (options.counts) run("count.ts", options.json ? ["--json"] : []);
