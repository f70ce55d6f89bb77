/**
 * Runs before the tests of the command line: makes it one program of plain JavaScript, packages included. Tests start it
 * hundreds of times, and it starts in a third of the time that compiling each file as it is imported takes.
 */
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = ".cache/cli";

/** The program, within the root of the repository. */
export const COMPILED_CLI = `${FOLDER}/ttrl.js`;

/** Lets each source file find what is next to it. */
const sourcePlaces: Plugin = {
  name: "source-places",
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(
        "import.meta.url",
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: "ts",
    }));
  },
};

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
    absWorkingDir: ROOT,
    entryPoints: ["cli/ttrl.ts"],
    outdir: FOLDER,
    bundle: true,
    splitting: true, // each command loads what it needs
    external: ["webgpu"], // native
    platform: "node",
    mainFields: ["module", "main"],
    format: "esm",
    banner: { js: commonJs() },
    legalComments: "none",
    plugins: [sourcePlaces],
  });
}
