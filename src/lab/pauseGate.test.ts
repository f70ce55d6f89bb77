import { describe, expect, test } from "vitest";
import { PauseGate } from "./pauseGate.ts";

const never = new AbortController().signal;

/** Whether the promise is settled by the next task of the event loop. */
async function settles(promise: Promise<void>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 0));
  return Promise.race([promise.then(() => true), later]);
}

describe("the gate", () => {
  test("lets everything pass while open", async () => {
    const gate = new PauseGate();
    expect(gate.closed).toBe(false);
    expect(await settles(gate.pass(never))).toBe(true);
    expect(await settles(gate.pass(never))).toBe(true);
  });

  test("holds what comes while closed, until it opens", async () => {
    const gate = new PauseGate();
    gate.close();
    expect(gate.closed).toBe(true);
    const passing = gate.pass(never);
    expect(await settles(passing)).toBe(false);
    gate.open();
    expect(await settles(passing)).toBe(true);
    expect(await settles(gate.pass(never))).toBe(true);
  });

  test("admits one at a time, whether it waits already or comes later", async () => {
    const gate = new PauseGate();
    gate.close();
    const waiting = gate.pass(never);
    gate.admitOne();
    expect(await settles(waiting)).toBe(true);
    expect(gate.closed).toBe(true);
    gate.admitOne();
    expect(gate.closed).toBe(false);
    expect(await settles(gate.pass(never))).toBe(true);
    expect(await settles(gate.pass(never))).toBe(false);
  });

  test("keeps no pass from a time when it was open", async () => {
    const gate = new PauseGate();
    gate.admitOne();
    gate.close();
    expect(await settles(gate.pass(never))).toBe(false);
  });

  test("ends the wait with the signal's reason", async () => {
    const gate = new PauseGate();
    gate.close();
    const controller = new AbortController();
    const waiting = gate.pass(controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(gate.pass(controller.signal)).rejects.toThrow("enough"); // and does not begin another
  });

  test("lets nothing of an ended run pass, even when open", async () => {
    await expect(new PauseGate().pass(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
