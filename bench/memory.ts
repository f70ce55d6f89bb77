/** `npm run -s bench -- --memory`: prints the peak memory of runs by part, measured and planned. */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { bytesText } from "../src/math/bytes.ts";
import { ROOT } from "../tools/ensurePackages.mjs";
import type { MeasuredMemory } from "./memoryCase.ts";

const EMBEDDED = ["abacus-0.1M", "abacus-0.2M", "abacus-0.5M"];

const asked = process.argv.slice(2);
const models = asked.length === 0 ? EMBEDDED : asked;
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model ?? "an unknown processor"}, ${cpus().length} cores\n`,
);
console.log("| model, path | part | planned | measured | planned / measured |\n|---|---|---:|---:|---:|");
/** Backend, trained parameters and base precision. */
const CASES = [
  ["wasm", "all", "f32"],
  ["wasm", "lora", "f32"],
  ["graphs", "all", "f32"],
  ["graphs", "lora", "f16"],
] as const;
for (const model of models) for (const each of CASES) measure(model, each);

/** Measures in a process of its own, since a WASM memory never shrinks. */
function measure(model: string, each: readonly string[]): void {
  const place = model.endsWith(".gguf") ? model : join(ROOT, "public", "models", model);
  const program = join(import.meta.dirname, "memoryCase.ts");
  const line = execFileSync(process.execPath, ["--import", "tsx", program, place, ...each], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  }).toString();
  const { setting, parts } = JSON.parse(line) as MeasuredMemory; // printed by memoryCase.ts
  for (const [i, { part, planned, measured }] of parts.entries()) {
    const name = i === 0 ? `${model}, ${setting}` : "";
    const compared =
      measured === null ? " | " : `${bytesText(measured)} | ${(planned / measured).toFixed(2)}`;
    console.log(`| ${name} | ${part} | ${bytesText(planned)} | ${compared} |`);
  }
}
