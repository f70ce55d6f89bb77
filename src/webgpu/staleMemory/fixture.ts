/** For tests: memory that a pass must not read before it has written it, filled with what would show in its results. */
import type { Gpu } from "../device/device.ts";
import { GraphBuilder, Pipelines } from "../recording/graph.ts";
import { defineKernel, write } from "../recording/kernel.ts";

/** Labels of buffers, beside scratch memory, whose contents no pass takes from the one before. */
const TRANSIENT: readonly string[] = ["keys and values", "scores", "shares of sums", "outputs"];

/** What memory may hold: WGSL of a word, whose number is `id`. */
interface Stale {
  readonly name: string;
  readonly word: string;
}

export const STALE: readonly Stale[] = [
  { name: "what is no number", word: "0xffffffffu" },
  { name: "numbers of any size", word: "(id * 2654435769u) ^ 0x5bd1e995u" },
];

/** Fills those of the buffers that a pass has to write first; returns how many those are. */
export async function makeStale(
  { device }: Gpu,
  buffers: readonly GPUBuffer[],
  { word }: Stale,
): Promise<number> {
  const transient = buffers.filter(({ label }) => TRANSIENT.includes(label) || label.startsWith("scratch"));
  const builder = new GraphBuilder(device, Pipelines.of(device), word);
  const words = { words: write("array<u32>") };
  const body = `if (id < arrayLength(&words)) { words[id] = ${word}; }`;
  const sizes = transient.map(({ size }) => size / 4);
  const kernel = defineKernel({ name: "stale", bindings: words, invocations: (size) => size, body });
  for (const [i, buffer] of transient.entries()) builder.add(kernel, { words: { buffer } }, i);
  const graph = await builder.build();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  graph.encode(pass, sizes);
  pass.end();
  device.queue.submit([encoder.finish()]);
  return transient.length;
}
