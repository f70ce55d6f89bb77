/** Keeps measured kernel variants of GPUs between visits, in the browser's cache storage. */
import type { TuningMemory } from "../../webgpu/tuning/tuning.ts";

const NAME = "kernel-variants";

/** Cache storage is keyed by URL: entries get URLs of this origin that nothing requests. */
function address(key: string): string {
  return new URL(`${NAME}/${encodeURIComponent(key)}`, location.href).href;
}

export const tuningMemory: TuningMemory = {
  async read(key) {
    const found = await (await caches.open(NAME)).match(address(key));
    return found === undefined ? null : found.text();
  },
  async write(key, value) {
    await (await caches.open(NAME)).put(address(key), new Response(value));
  },
};
