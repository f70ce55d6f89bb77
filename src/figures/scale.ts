/** Linear axes with round ticks. */
import type { Unit } from "../experiments/result.ts";
import { at } from "../math/at.ts";

/** An axis from a value to a position in pixels. */
export interface Scale {
  /** Ascending; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
  /** Position of a value; values outside of the axis are placed at its nearer end. */
  readonly position: (value: number) => number;
}

/** Pixels of the axis, `from` its first tick `to` its last; at most one tick per `spacing` pixels, and at most six. */
export interface AxisRange {
  readonly from: number;
  readonly to: number;
  readonly spacing: number;
}

/** Returns the axis of a unit: shares from 0 to 1, others over the values and 0. */
export function unitScale(unit: Unit, values: readonly number[], range: AxisRange): Scale {
  return scaleOf(unit === "share" ? [1] : values, range);
}

/** Returns an axis over the values and 0 whose ends are round numbers. */
export function scaleOf(values: readonly number[], { from, to, spacing }: AxisRange): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const intervals = Math.min(5, Math.max(1, Math.floor(Math.abs(to - from) / spacing)));
  const step = roundStep((high - low || 1) / intervals);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  const [start, end] = [at(ticks, 0), at(ticks, ticks.length - 1)];
  return {
    ticks,
    position: (value) => {
      const within = Math.min(end, Math.max(start, value));
      return from + ((within - start) / (end - start)) * (to - from);
    },
  };
}

/** The smallest of 1, 2 or 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
