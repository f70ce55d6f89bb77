/** Computes the tables and figures of the committed results anew from their runs: `npx tsx tools/rewriteResults.ts`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFiles } from "../cli/experiments/writeResult.ts";
import { tableOf } from "../src/experiments/estimate.ts";
import type { ExperimentResult } from "../src/experiments/result.ts";

const FOLDER = "docs/experiments";

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
  const result = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as ExperimentResult; // committed file
  writeFiles({ ...result, table: tableOf(result.definition, result.cells) }, FOLDER);
}
