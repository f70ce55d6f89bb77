/** Builds the package: programs and library for Node, the library for browsers, and its types. Runs before `npm pack`. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { nodeBundle, ROOT } from "../../cli/bundle.ts";
import { bundleForBrowser } from "./browserBundle.ts";

/** Output folder, relative to the root of the repository. */
const FOLDER = "dist-lib";

/** Returns an expression for the URL of a source file relative to the bundle: the package keeps the repository's paths. */
function urlInPackage(path: string): string {
  const within = relative(join(ROOT, FOLDER), path).replaceAll("\\", "/");
  return `new URL(${JSON.stringify(within)}, import.meta.url).href`;
}

function emitTypes(): void {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tools/library/tsconfig.json"], { cwd: ROOT, stdio: "inherit" });
}

rmSync(join(ROOT, FOLDER), { recursive: true, force: true });
await Promise.all([
  build({
    ...nodeBundle(urlInPackage),
    entryPoints: { ttrl: "cli/ttrl.ts", node: "cli/library.ts" },
    outdir: FOLDER,
    packages: "external",
  }),
  bundleForBrowser("src/worker/browser/library.ts", FOLDER),
]);
emitTypes();
