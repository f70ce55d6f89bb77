/** Number formats of the page. */
import type { METRICS, MetricName } from "../rl/metrics/metrics.ts";

export type Unit = (typeof METRICS)[MetricName]["unit"];

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** 0.3214 -> "32.1%". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** A difference of two shares in percentage points: 0.441 -> "+44.1 pts". */
export function points(change: number): string {
  return `${signed((change * 100).toFixed(1))} pts`;
}

function signed(number: string): string {
  if (Number(number) === 0) return number.replace("-", "");
  return number.startsWith("-") ? number.replace("-", "−") : `+${number}`;
}

/** A signed number with two decimals: 0.74 -> "+0.74". */
export function advantageText(advantage: number): string {
  return signed(advantage.toFixed(2));
}

/** 1024 -> "1,024". */
export function count(value: number): string {
  return grouped.format(value);
}

/** "1 question", "16 questions". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** 253_000 -> "253K". */
export function shortCount(value: number): string {
  return compact.format(value);
}

/** Three significant digits; scientific notation below 0.001 and from a million. */
export function quantity(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  const text = size < 1e-3 || size >= 1e6 ? powerOfTen(value) : plain(value);
  return text.replaceAll("-", "−");
}

function powerOfTen(value: number): string {
  return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
}

function plain(value: number): string {
  return Math.abs(value) >= 100 ? grouped.format(value) : String(Number(value.toPrecision(3)));
}

/** A metric's value with its unit. */
export function measured(value: number, unit: Unit): string {
  if (unit === "share") return percent(value);
  const suffix = unit === "seconds" ? "s" : unit;
  return suffix === "" ? quantity(value) : `${quantity(value)} ${suffix}`;
}

/** A metric's value as an axis label: without the unit, which is in the title. */
export function tick(value: number, unit: Unit): string {
  return unit === "share" ? `${Math.round(value * 100)}%` : quantity(value);
}

/** 754 -> "12 min 34 s"; hours are shown without seconds. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Capitalizes a text, unless it begins with a name such as pass@1, llama.cpp or config.json. */
export function capitalized(text: string): string {
  return /^\w+[@.]\w/.test(text) ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Capitalizes a message and ends it with a full stop. */
export function sentence(message: string): string {
  const text = capitalized(message);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
