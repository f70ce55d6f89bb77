import { expect, test } from "vitest";
import { estimateText, numberText, tickText } from "./numbers.ts";

test.each([
  [0.8642, "share", "86.4"],
  [-0.012, "share", "−1.2"],
  [-0.0004, "share", "0.0"],
  [0.1234, "difference of shares", "+12.3"],
  [-0.0004, "difference of shares", "+0.0"],
  [-0.08, "difference of shares", "−8.0"],
  [31.46, "tokens", "31.5"],
  [0.2837, "nats", "0.284"],
] as const)("%f as %s is %s", (value, unit, text) => {
  expect(numberText(value, unit)).toBe(text);
});

test("an axis of shares counts percent, without decimals where there are none", () => {
  expect(tickText(0.2, "share")).toBe("20");
  expect(tickText(0.025, "share")).toBe("2.5");
  expect(tickText(40, "tokens")).toBe("40");
});

test("an estimate tells both intervals, or the one over seeds alone", () => {
  const estimate = { mean: 0.5, interval: [0.4, 0.6], seedInterval: [0.45, 0.55], bySeed: [] } as const;
  expect(estimateText(estimate, "share")).toBe("50.0 [40.0, 60.0] (45.0 to 55.0)");
  expect(estimateText({ ...estimate, interval: estimate.seedInterval }, "share")).toBe("50.0 [45.0, 55.0]");
  expect(estimateText({ ...estimate, seedInterval: null }, "share")).toBe("50.0 [40.0, 60.0]");
});
