import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { cacheFolder, tuningMemory } from "./tuningMemory.ts";

const folder = mkdtempSync(join(tmpdir(), "ttrl-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const told = vi.spyOn(console, "error");
beforeEach(() => void told.mockReset().mockImplementation(() => undefined));
afterEach(() => void told.mockReset());

test("what was written is read again, by key, from the same file", async () => {
  const path = join(folder, "cache", "variants.json");
  await tuningMemory(path).write("one GPU", "tile");
  await tuningMemory(path).write("another", "split");
  expect(await tuningMemory(path).read("one GPU")).toBe("tile");
  expect(await tuningMemory(path).read("another")).toBe("split");
  expect(await tuningMemory(path).read("a third")).toBeNull();
  expect(told).not.toHaveBeenCalled();
});

test.each([
  ["cut short", "{"],
  ["empty", ""],
  ["of another shape", '{"one GPU": 7}'],
  ["no text", "\0\xff"],
])("a file that is %s is told once, counts as empty and is written again", async (_, content) => {
  const path = join(folder, "damaged.json");
  writeFileSync(path, content);
  const memory = tuningMemory(path);
  expect(await memory.read("one GPU")).toBeNull();
  await memory.write("one GPU", "tile");
  expect(told).toHaveBeenCalledTimes(1);
  expect(told.mock.calls[0]![0]).toContain(`${path} cannot be used (`);
  expect(told.mock.calls[0]![0]).not.toContain("\n");
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ "one GPU": "tile" });
  expect(await tuningMemory(path).read("one GPU")).toBe("tile");
});

test("a place that cannot be written is told as a rejection, which the tuner notes", async () => {
  const path = join(folder, "a folder");
  mkdirSync(path);
  const memory = tuningMemory(path);
  expect(await memory.read("one GPU")).toBeNull();
  await expect(memory.write("one GPU", "tile")).rejects.toThrow();
});

test("lies in each system's folder for caches", () => {
  expect(cacheFolder("linux", {}, "/home/ada")).toBe("/home/ada/.cache");
  expect(cacheFolder("linux", { XDG_CACHE_HOME: "" }, "/home/ada")).toBe("/home/ada/.cache");
  expect(cacheFolder("linux", { XDG_CACHE_HOME: "cache" }, "/home/ada")).toBe("/home/ada/.cache");
  expect(cacheFolder("linux", { XDG_CACHE_HOME: "/fast" }, "/home/ada")).toBe("/fast");
  expect(cacheFolder("darwin", { XDG_CACHE_HOME: "/fast" }, "/Users/ada")).toBe("/Users/ada/Library/Caches");
  const local = "C:\\Users\\ada\\AppData\\Local";
  expect(cacheFolder("win32", { LOCALAPPDATA: local }, "C:\\Users\\ada")).toBe(local);
  expect(cacheFolder("win32", {}, "home")).toBe(join("home", "AppData", "Local"));
});
