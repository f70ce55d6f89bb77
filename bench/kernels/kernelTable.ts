/** Times of kernels as a table for people. */
import type { KernelReport, KernelTime } from "./kernels.ts";
import type { Limits } from "./limits.ts";

/** Kernels of each graph by their share of its time, variants below the plain one. */
export function kernelTable({ limits, times, left }: KernelReport): string {
  const plain = times.filter(({ variant }) => variant === "plain");
  const graphs = [...new Set(plain.map(({ graph }) => graph))].flatMap((graph) => {
    const kernels = plain.filter((time) => time.graph === graph);
    const total = kernels.reduce((sum, { seconds, dispatches }) => sum + seconds * dispatches, 0);
    const sorted = kernels.toSorted((a, b) => b.seconds * b.dispatches - a.seconds * a.dispatches);
    return [
      `${graph}: ${(1000 * total).toFixed(1)} ms in kernels`,
      `  share        time    GFLOP/s            GB/s`,
      ...sorted.flatMap((time) => [
        `${(((100 * time.seconds * time.dispatches) / total).toFixed(1) + "%").padStart(7)} ${line(time, limits)}`,
        ...times
          .filter(
            (other) => other.variant !== "plain" && other.graph === graph && other.kernel === time.kernel,
          )
          .map((other) => `        ${line(other, limits)}`),
      ]),
      "",
    ];
  });
  const reached =
    limits &&
    `${limits.adapter}: a plain copy reaches ${giga(limits.bytesPerSecond)} GB/s, a plain matrix product ` +
      `${giga(limits.flopsPerSecond)} GFLOP/s in this run; shares are of these. Bytes are each input and output once.`;
  const missing = left.length === 0 ? [] : ["Not measured:", ...left.map((each) => `  ${each}`)];
  return [...(reached === null ? [] : [reached, ""]), ...graphs, ...missing].join("\n");
}

function line({ kernel, variant, dispatches, seconds, cost }: KernelTime, limits: Limits | null): string {
  const rate = (amount: number | undefined, limit: number | undefined): string => {
    if (amount === undefined || amount === 0) return " ".repeat(16);
    const perSecond = amount / seconds;
    const share = limit === undefined ? "" : `(${((100 * perSecond) / limit).toFixed(0)}%)`;
    return `${giga(perSecond).padStart(8)} ${share.padEnd(7)}`;
  };
  return (
    `${(1e6 * seconds).toFixed(0).padStart(9)} us ${rate(cost?.flops, limits?.flopsPerSecond)}` +
    `${rate(cost?.bytes, limits?.bytesPerSecond)} x ${String(dispatches).padStart(3)}  ${kernel} (${variant})`
  );
}

function giga(perSecond: number): string {
  return (perSecond / 1e9).toPrecision(3);
}
