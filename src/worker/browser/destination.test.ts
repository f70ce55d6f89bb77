import { afterEach, expect, test, vi } from "vitest";
import { inMemory, openDestination, writeTo } from "./destination.ts";

/** A file on the user's disk; its content changes when it is closed. */
class FakeFile {
  content: string | null = "before";
  #parts: Uint8Array<ArrayBuffer>[] = [];

  createWritable() {
    this.#parts = [];
    return Promise.resolve({
      write: (piece: Uint8Array<ArrayBuffer>) => Promise.resolve(void this.#parts.push(piece.slice())),
      close: async () => void (this.content = await new Blob(this.#parts).text()),
      abort: () => Promise.resolve(void (this.#parts = [])),
    });
  }

  getFile() {
    return Promise.resolve(new Blob(this.#parts));
  }

  get handle(): FileSystemFileHandle {
    return this as unknown as FileSystemFileHandle;
  }
}

const letters = (...pieces: string[]) => ({
  bytes: pieces.join("").length,
  pieces: () => pieces.map((piece) => new TextEncoder().encode(piece)),
});

const signal = new AbortController().signal;

afterEach(() => void vi.unstubAllGlobals());

test("an export is written to the file that the user chose, and its progress reported", async () => {
  const chosen = new FakeFile();
  const written: number[] = [];
  const destination = await openDestination(chosen.handle, 1e9);
  const file = await writeTo(destination, letters("abc", "de"), signal, (done) => written.push(done));
  expect([file, chosen.content, written]).toEqual([null, "abcde", [3, 5]]);
});

test("a large export without a chosen file is written to the origin private file system", async () => {
  const own = new FakeFile();
  const folder = { getFileHandle: () => Promise.resolve(own) };
  const removed: string[] = [];
  const root = {
    removeEntry: (name: string) => Promise.resolve(void removed.push(name)),
    getDirectoryHandle: () => Promise.resolve(folder),
  };
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  const file = await writeTo(await openDestination(null, 1e9), letters("abc"), signal, () => {});
  expect([await file?.text(), removed]).toEqual(["abc", ["exports"]]);
});

test("a small export, or one in a browser without such a file system, is kept in memory", async () => {
  vi.stubGlobal("navigator", {
    storage: { getDirectory: () => Promise.reject(new Error("private window")) },
  });
  for (const bytes of [3, 1e9]) {
    const file = await writeTo(await openDestination(null, bytes), letters("a", "bc"), signal, () => {});
    expect(await file?.text()).toBe("abc");
  }
});

test("memory keeps a copy of each piece", async () => {
  const memory = inMemory();
  const piece = Uint8Array.of(97);
  await memory.write(piece);
  piece[0] = 98;
  expect(await (await memory.finish())?.text()).toBe("a");
});

test("an export that fails or is aborted leaves the chosen file unchanged, and rejects with the first error", async () => {
  const chosen = new FakeFile();
  const failing = {
    bytes: 2,
    pieces: function* () {
      yield Uint8Array.of(97);
      throw new Error("a weight is 1e6");
    },
  };
  await expect(writeTo(await openDestination(chosen.handle, 2), failing, signal, () => {})).rejects.toThrow(
    "a weight is 1e6",
  );
  const controller = new AbortController();
  const aborting = writeTo(
    await openDestination(chosen.handle, 2),
    letters("a", "b"),
    controller.signal,
    () => controller.abort(new Error("cancelled")),
  );
  await expect(aborting).rejects.toThrow("cancelled");
  expect(chosen.content).toBe("before");
});
