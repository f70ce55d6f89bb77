import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { selfContainedThreads } from "./tools/selfContainedThreads.ts";
import { ISOLATION } from "./tools/serve.mjs";
import { shipExperiments } from "./tools/shipExperiments.ts";

/** A build is worth a word when something is wrong, not when it is slow. */
const QUIET = { checks: { pluginTimings: false } };

/** @huggingface/gguf names parts of this package that its reader does not use, and the package does not say it may be left out. */
const UNUSED = { test: /@huggingface\/tasks/, sideEffects: false };

const PLAIN_TESTS =
  "src/{data,experiments,figures,formats,grading,hub,math,recipe,report,rl,store,tasks,ui}/**/*.test.{ts,tsx}";

export default defineConfig({
  base: "./",
  plugins: [react(), shipExperiments({ definitions: "experiments", results: "docs/experiments" })],
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 2500, // TensorFlow.js is one large chunk, loaded by the worker alone
    rolldownOptions: QUIET,
  },
  worker: {
    format: "es",
    plugins: () => [selfContainedThreads()],
    rolldownOptions: { ...QUIET, treeshake: { moduleSideEffects: [UNUSED] } },
  },
  server: { headers: ISOLATION },
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    projects: [
      // These start no backend and change no global state, so that files share a process and its modules.
      { extends: true, test: { name: "plain", include: [PLAIN_TESTS], isolate: false } },
      // Each file has its own process: a TensorFlow.js backend that crashes takes no other file with it.
      {
        extends: true,
        test: {
          name: "backends",
          include: ["{src,cli,tools,bench}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**", PLAIN_TESTS],
          globalSetup: "cli/compile.ts",
        },
      },
    ],
  },
});
