/** `npm run -s bench -- --memory`: what runs take of memory, measured, beside what is planned for them. */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { bytesText } from "../src/math/bytes.ts";
import { ROOT } from "./node.ts";
import type { MeasuredMemory } from "./memoryCase.ts";

const EMBEDDED = ["abacus-0.1M", "abacus-0.2M", "abacus-0.5M"];

const asked = process.argv.slice(2);
const models = asked.length === 0 ? EMBEDDED : asked;
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model ?? "an unknown processor"}, ${cpus().length} cores\n`,
);
console.log("| model, path | part | planned | measured | planned / measured |\n|---|---|---:|---:|---:|");
for (const model of models) for (const path of ["wasm", "graphs"]) measure(model, path);

/** In a process of its own: a WASM memory never shrinks. */
function measure(model: string, path: string): void {
  const place = model.endsWith(".gguf") ? model : join(ROOT, "public", "models", model);
  const program = join(import.meta.dirname, "memoryCase.ts");
  const line = execFileSync(process.execPath, ["--import", "tsx", program, place, path], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  }).toString();
  const { setting, parts } = JSON.parse(line) as MeasuredMemory; // a line of our own
  for (const [i, { part, planned, measured }] of parts.entries()) {
    const name = i === 0 ? `${model}, ${setting}` : "";
    console.log(`| ${name} | ${part} | ${text(planned)} | ${text(measured)} | ${ratio(planned, measured)} |`);
  }
}

function text(bytes: number | null): string {
  return bytes === null ? "" : bytesText(bytes);
}

function ratio(planned: number | null, measured: number | null): string {
  return planned === null || measured === null ? "" : (planned / measured).toFixed(2);
}
