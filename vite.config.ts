import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Cross-origin isolation: lets the worker use shared memory (WASM threads) and precise timers. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  server: { headers: isolation },
  preview: { headers: isolation },
  test: { include: ["{src,cli,tools}/**/*.test.{ts,tsx}"], pool: "forks", testTimeout: 60_000 },
});
