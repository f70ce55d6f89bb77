import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { selfContainedThreads } from "./tools/selfContainedThreads.ts";
import { ISOLATION } from "./tools/serve.mjs";

export default defineConfig({
  base: "./",
  plugins: [react()],
  build: { target: "es2023", chunkSizeWarningLimit: 2000 }, // TensorFlow.js is one large chunk, loaded by the worker alone
  worker: { format: "es", plugins: () => [selfContainedThreads()] },
  server: { headers: ISOLATION },
  test: {
    include: ["{src,cli,tools}/**/*.test.{ts,tsx}"],
    pool: "forks", // each file its own process: a TensorFlow.js backend that crashes takes no other file with it
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
