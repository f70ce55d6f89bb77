import { expect, test } from "vitest";
import { allocateOnGpu } from "./allocation.ts";

/** A device whose scopes have caught these errors, the innermost first. */
function deviceWith(...errors: (string | null)[]) {
  const scopes: GPUErrorFilter[] = [];
  return {
    scopes,
    pushErrorScope: (filter: GPUErrorFilter): undefined => void scopes.push(filter),
    popErrorScope: (): Promise<GPUError | null> => {
      scopes.pop();
      const message = errors.shift() ?? null;
      return Promise.resolve(message === null ? null : { message });
    },
  };
}

/** Something to allocate, that notes when it is given back. */
function made() {
  const it = { disposed: false, dispose: () => void (it.disposed = true) };
  return it;
}

test("hands over what was allocated, and gives it back when there is no memory for all of it", async () => {
  const [fits, not] = [made(), made()];
  expect(await allocateOnGpu(deviceWith(null, null), () => Promise.resolve(fits))).toBe(fits);
  expect(await allocateOnGpu(deviceWith("no memory", "bad buffer"), () => Promise.resolve(not))).toBeNull();
  expect([fits.disposed, not.disposed]).toEqual([false, true]);
});

test("throws any other error, leaving no scope open", async () => {
  const mistaken = deviceWith(null, "bad binding");
  await expect(allocateOnGpu(mistaken, () => Promise.resolve(made()))).rejects.toThrow("bad binding");
  const failing = deviceWith(null, null);
  await expect(allocateOnGpu(failing, () => Promise.reject(new Error("bad shader")))).rejects.toThrow(
    "bad shader",
  );
  expect([mistaken.scopes, failing.scopes]).toEqual([[], []]);
});
