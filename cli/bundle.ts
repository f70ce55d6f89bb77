/** Options for bundling TypeScript programs into plain JavaScript for Node. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Returns the options that bundles share. `urlOf` returns a JavaScript expression for the URL of a source file. */
export function nodeBundle(urlOf: (path: string) => string) {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true, // each command loads what it needs
    platform: "node",
    format: "esm",
    plugins: [sourceUrls(urlOf)],
  } satisfies BuildOptions;
}

/** Keeps `import.meta.url` the URL of each source file, so that it finds what is next to it. */
function sourceUrls(urlOf: (path: string) => string): Plugin {
  return {
    name: "source-urls",
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replaceAll("import.meta.url", urlOf(path)),
        loader: "ts",
      }));
    },
  };
}
