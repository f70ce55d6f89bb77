/**
 * Runs before the tests of the command line: makes it one program of plain JavaScript, packages included. Tests start it
 * hundreds of times, and it starts in a third of the time that compiling each file as it is imported takes.
 */
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { nodeBundle, ROOT } from "./bundle.ts";

const FOLDER = ".cache/cli";

/** The compiled program, relative to the root of the repository. */
export const COMPILED_CLI = `${FOLDER}/ttrl.js`;

/** What CommonJS packages expect of Node; TensorFlow.js' WASM backend finds its binaries by `__dirname`. */
function commonJs(): string {
  const backend = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  return [
    'import { createRequire as createRequireOfBundle } from "node:module";',
    `const require = createRequireOfBundle(${JSON.stringify(pathToFileURL(backend).href)});`,
    `const __dirname = ${JSON.stringify(dirname(backend))};`,
  ].join("\n");
}

export default async function compileCli(): Promise<void> {
  rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
  await build({
    ...nodeBundle((path) => JSON.stringify(pathToFileURL(path).href)),
    entryPoints: ["cli/ttrl.ts"],
    outdir: FOLDER,
    external: ["webgpu"], // native
    mainFields: ["module", "main"],
    banner: { js: commonJs() },
    legalComments: "none",
  });
}
