import { defineConfig } from "@playwright/test";
import { findBrowser } from "./tools/ensureBrowser.mjs";

const port = Number(process.env["E2E_PORT"] ?? 4173);
const url = `http://localhost:${port}/`;
const report = process.env["E2E_REPORT"];
const executablePath = findBrowser();

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/e2e",
  workers: 1, // training takes every core
  timeout: 120_000,
  expect: { timeout: 15_000 }, // a machine that also trains draws late
  forbidOnly: process.env["CI"] !== undefined,
  reporter: report === undefined ? "list" : [["list"], ["json", { outputFile: report }]],
  use: {
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      // No GPU is needed: WebGPU runs on SwiftShader, a software adapter.
      args: [
        "--no-sandbox",
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
        "--enable-features=Vulkan",
      ],
    },
  },
  webServer: { command: `node tools/start.mjs --no-open --port ${port}`, url, timeout: 180_000 },
});
