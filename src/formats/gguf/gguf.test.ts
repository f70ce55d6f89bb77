import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "../byteSource.ts";
import { bytesSource } from "../byteSource.ts";
import { isGguf, readGgufTensor } from "./gguf.ts";
import { GgufError } from "./ggufError.ts";
import { readGgufHeader } from "./ggufHeader.ts";
import { ggufHeader } from "./ggufHeaderBytes.ts";
import { readSafetensors } from "../safetensors/safetensors.ts";
import type { Tensor } from "../../math/tensor.ts";

/** Committed numbers of llama.cpp's Python library: tools/oracle/make_gguf_fixtures.py. */
const blocks = new Uint8Array(readFileSync(new URL("../fixtures/blocks.gguf", import.meta.url)));
const expected = readSafetensors(
  readFileSync(new URL("../fixtures/blocks.safetensors", import.meta.url)),
).tensors;

async function read(file: Uint8Array): Promise<Map<string, Tensor>> {
  const source = bytesSource(file);
  const tensors = new Map<string, Tensor>();
  for (const entry of (await readGgufHeader(source)).entries)
    tensors.set(entry.name, await readGgufTensor(source, entry));
  return tensors;
}

/** A copy in which `change` has written. */
function spoiled(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const copy = blocks.slice();
  change(new DataView(copy.buffer), copy);
  return copy;
}

/** Where a text of the header begins, its length of 8 bytes before it. */
function placeOf(text: string): number {
  return Buffer.from(blocks).indexOf(text);
}

/** What follows a tensor's name: 4 bytes of dimensions, two sizes, the type, the offset. */
function after(name: string): number {
  return placeOf(name) + name.length;
}

/** A header without tensors whose one value is a list of texts. */
function listing(texts: readonly string[]): Uint8Array {
  return ggufHeader(new Map([["list", { texts }]]), []);
}

/** Of a list's first text in a `listing`: magic, version, counts, the key, kinds of list and text, two lengths. */
const FIRST_TEXT = 24 + 8 + 4 + 4 + 4 + 8 + 8;

/** Two equal keys. */
function twice(): Uint8Array {
  const file = ggufHeader(new Map([["key0", { uint32: 1 }], ["key1", { uint32: 2 }]]), []); // prettier-ignore
  return file.with(24 + 8 + 4 + 4 + 4 + 8 + 3, 0x30);
}

const MAGIC = [0x47, 0x47, 0x55, 0x46];
const zeros = (bytes: number): readonly number[] => Array.from({ length: bytes }, () => 0);

describe("unpacking", () => {
  it.each([...expected.keys()])("reads %s as llama.cpp does, bit for bit", async (name) => {
    const { shape, data } = (await read(blocks)).get(name)!;
    expect(shape).toEqual([2, 256]);
    expect(data).toEqual(expected.get(name)!.data);
  });

  it("knows a file by its first bytes", async () => {
    expect(await isGguf(bytesSource(blocks))).toBe(true);
    expect(await isGguf(bytesSource(Uint8Array.of(0x50, 0x4b, 3, 4)))).toBe(false);
    expect(await isGguf(bytesSource(Uint8Array.of(0x47)))).toBe(false);
  });
});

describe("a header", () => {
  it.each([
    ["nearly fills the range that the library asks for", 1_900_000],
    ["goes on in further ranges", 4_100_000],
  ])("that %s is read whole", async (_, length) => {
    const texts = Array.from({ length: length / 2000 }, (_, i) => `${i}`.padStart(1000, "é"));
    const { metadata } = await readGgufHeader(bytesSource(listing(texts)));
    expect(metadata).toEqual(new Map([["list", texts]]));
  });

  it("is all that is asked for of a large file", async () => {
    const small = bytesSource(blocks);
    const ends: number[] = [];
    const large: ByteSource = {
      size: 2 ** 32,
      read: async (begin, end) => {
        ends.push(end);
        const bytes = new Uint8Array(end - begin);
        bytes.set(await small.read(begin, Math.min(end, small.size)));
        return bytes;
      },
    };
    expect((await readGgufHeader(large)).entries).toHaveLength(expected.size);
    expect(ends).toEqual([2_000_000]);
  });

  it("of a file that cannot be read is not called damaged", async () => {
    const broken = new Error("the disk is gone");
    const source: ByteSource = { size: 100, read: () => Promise.reject(broken) };
    await expect(readGgufHeader(source)).rejects.toBe(broken);
  });
});

describe("a damaged file", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["is empty", new Uint8Array(), /not starting with GGUF/],
    ["is no GGUF", spoiled((view) => view.setUint8(0, 0)), /not starting with GGUF/],
    ["is of another version", spoiled((view) => view.setUint32(4, 4, true)), /unsupported version "4"/],
    [
      "is of the first version",
      Uint8Array.of(...MAGIC, 1, ...zeros(11)),
      /its version is 1; supported are versions 2 and 3/,
    ],
    ["is big-endian", Uint8Array.of(...MAGIC, 0, 0, 0, 3, ...zeros(16)), /it is big-endian/],
    [
      "claims tensors without end",
      spoiled((view) => view.setBigUint64(8, 2n ** 60n, true)),
      /Tensor count 1152921504606846976 exceeds/,
    ],
    [
      "claims more tensors than it has",
      listing([]).with(8 + 2, 1), // 65536
      /it ends at byte \d+, within the header/,
    ],
    [
      "claims a text longer than itself",
      spoiled((view) => view.setBigUint64(24, 2n ** 20n, true)),
      /it ends at byte \d+, within the header/,
    ],
    ["ends in the header", blocks.subarray(0, 100), /it ends at byte 100, within the header/],
    [
      "ends in its last tensor",
      blocks.subarray(0, blocks.length - 64), // the file ends with up to 31 bytes of padding,
      /: tensor "Q6_K": it ends at byte \d+, but the file has/,
    ],
    [
      "has an unknown tensor type",
      spoiled((view) => view.setUint32(after("Q4_K") + 20, 99, true)),
      /tensor "Q4_K": its type is 99; supported types are F32, /,
    ],
    [
      "has an unsupported tensor type",
      spoiled((view) => view.setUint32(after("Q4_K") + 20, 20, true)),
      /tensor "Q4_K": its type is IQ4_NL; supported types are F32, /,
    ],
    [
      "has rows that are not a multiple of the block size",
      spoiled((view) => view.setBigUint64(after("Q5_0") + 4, 48n, true)),
      /tensor "Q5_0": rows of 48 elements cannot be divided into Q5_0 blocks of 32/,
    ],
    [
      "has a size whose product overflows",
      spoiled((view) => view.setBigUint64(after("Q8_0") + 4, 2n ** 63n, true)),
      /"Q8_0" dimension 0 is 9223372036854775808, which exceeds/,
    ],
    [
      "has overlapping tensors",
      spoiled((view) => view.setBigUint64(after("F16") + 24, 0n, true)),
      /tensors "(F32|F16)" and "(F32|F16)" overlap/,
    ],
    [
      "has a misaligned tensor",
      spoiled((view) => view.setBigUint64(after("Q5_1") + 24, 3n, true)),
      /tensor "Q5_1": offset 3 is not aligned/,
    ],
    [
      "has two tensors with the same name",
      spoiled((_, bytes) => bytes.copyWithin(placeOf("Q4_1"), placeOf("Q4_0"), placeOf("Q4_0") + 4)),
      /two tensors have the same name/,
    ],
    [
      "has a name that is not UTF-8",
      spoiled((view) => view.setUint8(placeOf("Q4_1"), 0xff)),
      /the header has \d+ bytes, but \d+ were parsed: .* not UTF-8/,
    ],
    [
      "has a string that is not UTF-8",
      listing(["abc"]).with(FIRST_TEXT, 0xff),
      /63 bytes, but 65 were parsed: .* not UTF-8/,
    ],
    ["has a nested list", listing([]).with(FIRST_TEXT - 20, 9), /"list" is a nested list/],
    ["begins a text with a byte order mark", listing(["\ufeffabc"]), /a byte order mark/],
    ["has a key twice", twice(), /a key occurs twice/],
    [
      "has a list that ends in a text where the library's range ends",
      listing(["a".repeat(2_000_000 - FIRST_TEXT - 8 - 3), "abcdef"]),
      /2000003 bytes, but 2000000 were parsed/,
    ],
  ])("that %s is rejected", async (_, file, message) => {
    await expect(read(file)).rejects.toThrow(GgufError);
    await expect(read(file)).rejects.toThrow(message);
  });

  it("may have a text that is cut within a letter, which reads as U+FFFD: that takes as many bytes", async () => {
    const cut = listing(["\u{1f600}"]).with(FIRST_TEXT + 3, 0x61);
    const { metadata } = await readGgufHeader(bytesSource(cut));
    expect(metadata.get("list")).toEqual(["\ufffda"]);
  });
});

describe("any damage", async () => {
  const { entries } = await readGgufHeader(bytesSource(blocks));
  const headerBytes = Math.min(...entries.map(({ begin }) => begin));

  it("is refused as a GgufError, or leaves a file that reads", { timeout: 300_000 }, async () => {
    const place = fc.integer({ min: 0, max: headerBytes - 1 });
    const changes = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const length = fc.oneof(fc.constant(blocks.length), fc.integer({ min: 0, max: blocks.length }));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(changes, length, async (bytes, end) => {
        const file = blocks.slice(0, end);
        for (const [at, byte] of bytes) if (at < end) file[at] = byte;
        try {
          for (const { shape, data } of (await read(file)).values())
            expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
        } catch (error) {
          expect(error).toBeInstanceOf(GgufError);
          refused++;
        }
      }),
      { seed: 5, numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(100); // else little was damaged
  });
});
