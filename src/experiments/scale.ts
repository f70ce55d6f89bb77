/** From values to places: a linear axis with round ticks. */

/** An axis. */
export interface Scale {
  readonly ticks: readonly number[];
  /** Where a value lies between `from` and `to`. */
  place(value: number): number;
}

/** An axis over the values, its ends on ticks; 0 is always on it. */
export function scaleOf(values: readonly number[], from: number, to: number, wanted = 5): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const step = roundStep((high - low || 1) / wanted);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  const span = (last - first) * step;
  return { ticks, place: (value) => from + ((value - first * step) / span) * (to - from) };
}

/** 1, 2 or 5 times a power of ten, at least as large as asked for. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
