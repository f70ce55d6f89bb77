/** Bundles the library for browsers. Files that it loads get URLs relative to `import.meta.url`, as bundlers expect. */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT } from "../../cli/bundle.ts";
import { repairThreads } from "../selfContainedThreads.ts";

/** Bundled, because the threads of its loader are repaired. */
const BUNDLED = "@tensorflow/tfjs-backend-wasm";

/** The program of a thread of the WASM kernels. */
const THREAD = "src/ops/wasm/kernelThread.ts";

/** Bundles the module at `entry` and the threads of its kernels into `folder`, both relative to the repository's root. */
export async function bundleForBrowser(entry: string, folder: string): Promise<void> {
  const out = join(ROOT, folder);
  mkdirSync(out, { recursive: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: { browser: entry, kernelThread: THREAD },
    outdir: folder,
    bundle: true,
    splitting: true,
    external: Object.keys(packageJson.dependencies).filter((name) => name !== BUNDLED),
    platform: "browser",
    format: "esm",
    plugins: [wasmUrls(out), assetUrls(out), threadedLoader()],
    chunkNames: "browser-[hash]",
  });
}

/** `import url from "x.wasm?url"`: a file of this repository stays in its place, a file of a package is copied. */
function wasmUrls(out: string): Plugin {
  return {
    name: "wasm-urls",
    setup(builder) {
      builder.onResolve({ filter: /\.wasm\?url$/ }, ({ path, resolveDir }) => {
        const file = path.slice(0, -"?url".length);
        const isOwn = file.startsWith(".");
        const source = isOwn ? resolve(resolveDir, file) : createRequire(import.meta.url).resolve(file);
        const target = isOwn ? source : join(out, basename(file));
        return { path: target, namespace: "wasm-url", pluginData: source };
      });
      builder.onLoad({ filter: /./, namespace: "wasm-url" }, ({ path, pluginData }) => {
        if (path !== pluginData) copyFileSync(pluginData as string, path);
        return { contents: `export default new URL(${relativeUrl(out, path)}, import.meta.url).href;` };
      });
    },
  };
}

/** `new URL("./x", import.meta.url)`: relative to the bundle instead of the source. */
function assetUrls(out: string): Plugin {
  return {
    name: "asset-urls",
    setup(builder) {
      builder.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replaceAll(
          /new URL\(\s*"(\.[^"]*)",\s*import\.meta\.url,?\s*\)/g,
          (_, file: string) => {
            const source = resolve(dirname(path), file);
            const target = source === join(ROOT, THREAD) ? join(out, "kernelThread.js") : source;
            return `new URL(${relativeUrl(out, target)}, import.meta.url)`;
          },
        ),
        loader: "ts",
      }));
    },
  };
}

function threadedLoader(): Plugin {
  return {
    name: "threaded-loader",
    setup(builder) {
      builder.onLoad({ filter: /tfjs-backend-wasm-threaded-simd\.js$/ }, ({ path }) => ({
        contents: repairThreads(readFileSync(path, "utf8")),
        loader: "js",
      }));
    },
  };
}

/** Returns a JavaScript string literal: the path of `target` relative to the folder `out`. */
function relativeUrl(out: string, target: string): string {
  const within = relative(out, target).replaceAll("\\", "/");
  return JSON.stringify(within.startsWith(".") ? within : `./${within}`);
}
