import { expect, test } from "vitest";
import {
  advantageText,
  counted,
  duration,
  measured,
  percent,
  points,
  quantity,
  sentence,
  shortCount,
} from "./format.ts";

test("shares are percentages, their changes percentage points with a sign", () => {
  expect(percent(0.3214)).toBe("32.1%");
  expect([points(0.441), points(-0.05), points(-0.0001)]).toEqual(["+44.1 pts", "−5.0 pts", "0.0 pts"]);
});

test("quantities have three significant digits at any size", () => {
  expect([0, 0.5, 1.2345, 123.4, 1234, 1e-4, -0.00002, 2.5e7].map(quantity)).toEqual([
    "0",
    "0.5",
    "1.23",
    "123",
    "1,234",
    "1e−4",
    "−2e−5",
    "2.5e7",
  ]);
});

test("values carry their unit", () => {
  expect(measured(0.5, "share")).toBe("50.0%");
  expect(measured(512.4, "tokens/s")).toBe("512 tokens/s");
  expect(measured(2.5, "seconds")).toBe("2.5 s");
  expect(measured(2.5, "")).toBe("2.5");
});

test("durations read like a clock", () => {
  expect([0.4, 59.4, 60, 754, 7260].map(duration)).toEqual([
    "0 s",
    "59 s",
    "1 min 0 s",
    "12 min 34 s",
    "2 h 1 min",
  ]);
});

test("counts agree with their noun, large ones are shortened, advantages have a sign", () => {
  expect([counted(1, "row"), counted(2000, "row")]).toEqual(["1 row", "2,000 rows"]);
  expect(shortCount(253_412)).toBe("253K");
  expect([advantageText(0.5), advantageText(-1.234), advantageText(0)]).toEqual(["+0.50", "−1.23", "0.00"]);
});

test("messages end up as sentences", () => {
  expect(sentence("the GPU was lost")).toBe("The GPU was lost.");
  expect(sentence("Start again.")).toBe("Start again.");
  expect(sentence("llama.cpp has no name for it")).toBe("llama.cpp has no name for it.");
});
