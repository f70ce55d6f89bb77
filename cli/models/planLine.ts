/** A memory plan as one line of text. */
import { bytesText } from "../../src/math/bytes.ts";
import type { MemoryPlan } from "../../src/model/memory/planMemory.ts";

/** Returns the plan in one line: total, largest buffer and what was reduced to fit. */
export function planLine({ path, total, limit, buffer, reductions }: MemoryPlan): string {
  const of = limit === null ? "" : ` of ${bytesText(limit)}`;
  const most = buffer === null || buffer.limit === Infinity ? "" : ` of ${bytesText(buffer.limit)}`;
  const largest = buffer === null ? "" : `, the largest buffer ${bytesText(buffer.bytes)}${most}`;
  const cut = reductions.length === 0 ? "" : `; to fit: ${reductions.join(", ")}`;
  return `memory: about ${bytesText(total)}${of} on ${path}${largest}${cut}`;
}
