/** Builds and serves the bench page, and drives it in Chromium. */
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "@playwright/test";
import { build } from "vite";
import { serve } from "../../tools/serve.mjs";
import { selfContainedThreads } from "../../tools/selfContainedThreads.ts";
import { findBrowser } from "../../tools/ensureBrowser.mjs";
import { ROOT } from "../../tools/ensurePackages.mjs";
import type { JobResult } from "./job.ts";
import type { Limits } from "./limits.ts";
import type { Runner } from "./run.ts";

const PEERS = join(ROOT, "bench", "node_modules");
const BUILT = join(ROOT, "out", "bench");

/** The watchdog would end long dispatches on a software adapter. */
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--disable-gpu-watchdog",
];
const SOFTWARE = [...FLAGS, "--use-webgpu-adapter=swiftshader"];

/** Builds the page and opens it in Chromium, on a hardware adapter if there is one, else on a software one. */
export async function openBrowser(log: (line: string) => void): Promise<Runner> {
  await buildPage();
  const { url, close } = await serve(BUILT);
  const opened = (await launch(url, FLAGS, log)) ?? (await launch(url, SOFTWARE, log));
  if (opened === null) throw new Error("this Chromium offers no WebGPU adapter, not even a software one");
  const { browser, page } = opened;
  const limits = (await page.evaluate(() => window.bench.run("limits"))) as Limits | null;
  return {
    where: `Chromium ${browser.version()}`,
    limits,
    run: (job) => page.evaluate((asked) => window.bench.run(asked), job) as Promise<JobResult>,
    close: async () => {
      await browser.close();
      await close();
    },
  };
}

/** Opens the page in a browser started with these flags; null if it has no adapter. */
async function launch(
  url: string,
  args: string[],
  log: (line: string) => void,
): Promise<{ browser: Browser; page: Page } | null> {
  const executablePath = findBrowser();
  const browser = await chromium.launch({ args, ...(executablePath === null ? {} : { executablePath }) });
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.exposeFunction("benchLog", log);
  page.on("console", (message) => {
    if (message.type() === "error") log(`console: ${message.text()}`);
  });
  await page.goto(url);
  const found = await page.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null);
  if (found) return { browser, page };
  await browser.close();
  return null;
}

async function buildPage(): Promise<void> {
  await build({
    configFile: false,
    root: join(import.meta.dirname, "page"),
    base: "./",
    publicDir: join(ROOT, "public"),
    logLevel: "error",
    resolve: {
      alias: { "nanogpt-trainer": join(PEERS, "@genai-fi/nanogpt/dist/training/BasicTrainer.js") }, // not exported
    },
    build: {
      outDir: BUILT,
      emptyOutDir: true,
      target: "es2023",
      minify: false,
      chunkSizeWarningLimit: 10_000,
    },
    worker: { format: "es", plugins: () => [selfContainedThreads()] },
  });
  for (const [from, to] of [
    [join(ROOT, "bench", "onnx"), "onnx"],
    [join(PEERS, "onnxruntime-web", "dist"), "ort"],
  ] as const)
    if (existsSync(from))
      cpSync(from, join(BUILT, to), { recursive: true, filter: (path) => !path.endsWith(".map") });
}
