import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isGguf, readGgufTensor } from "./gguf.ts";
import { readGgufHeader } from "./ggufHeader.ts";
import { GgufError } from "./ggufReader.ts";
import { readSafetensors } from "./safetensors.ts";
import type { Tensor } from "./tensor.ts";

/** Committed numbers of llama.cpp's Python library: tools/oracle/make_gguf_fixtures.py. */
const blocks = new Uint8Array(readFileSync(new URL("fixtures/blocks.gguf", import.meta.url)));
const expected = readSafetensors(
  readFileSync(new URL("fixtures/blocks.safetensors", import.meta.url)),
).tensors;

function read(file: Uint8Array): Map<string, Tensor> {
  const { entries } = readGgufHeader(file);
  return new Map(entries.map((entry) => [entry.name, readGgufTensor(file, entry)]));
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

describe("unpacking", () => {
  it.each([...expected.keys()])("reads %s as llama.cpp does, bit for bit", (name) => {
    const { shape, data } = read(blocks).get(name)!;
    expect(shape).toEqual([2, 256]);
    expect(data).toEqual(expected.get(name)!.data);
  });

  it("knows a file by its first bytes", () => {
    expect(isGguf(blocks)).toBe(true);
    expect(isGguf(new Uint8Array([0x50, 0x4b, 3, 4]))).toBe(false);
  });
});

describe("a damaged file", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["is empty", new Uint8Array(), /byte 0: it ends here, 4 bytes were to follow and 0 do/],
    ["is no GGUF", spoiled((view) => view.setUint8(0, 0)), /byte 0: it does not begin with GGUF/],
    ["is of another version", spoiled((view) => view.setUint32(4, 1, true)), /byte 4: its version is 1/],
    ["is big-endian", spoiled((view) => view.setUint32(4, 3)), /byte 4: its version is 50331648/],
    [
      "claims tensors without end",
      spoiled((view) => view.setBigUint64(8, 2n ** 60n, true)),
      /byte 8: the number of tensors is 1152921504606846976, more than/,
    ],
    [
      "claims a text longer than itself",
      spoiled((view) => view.setBigUint64(24, 2n ** 20n, true)),
      /byte 32: it ends here, 1048576 bytes were to follow/,
    ],
    ["ends in the header", blocks.subarray(0, 100), /byte \d+: it ends here/],
    [
      "ends in its last tensor",
      blocks.subarray(0, blocks.length - 64), // the file ends with up to 31 bytes of padding,
      /byte \d+: tensor "Q6_K": it ends at byte \d+, but the file has/,
    ],
    [
      "has a packing that nobody knows",
      spoiled((view) => view.setUint32(after("Q4_K") + 20, 99, true)),
      /byte \d+: tensor "Q4_K": its weights are of type 99, and F32, /,
    ],
    [
      "has a packing that is not read",
      spoiled((view) => view.setUint32(after("Q4_K") + 20, 20, true)),
      /tensor "Q4_K": its weights are IQ4_NL, and F32, /,
    ],
    [
      "has rows that do not divide into blocks",
      spoiled((view) => view.setBigUint64(after("Q5_0") + 4, 48n, true)),
      /tensor "Q5_0": rows of 48 do not divide into Q5_0 blocks of 32/,
    ],
    [
      "has a size whose product overflows",
      spoiled((view) => view.setBigUint64(after("Q8_0") + 4, 2n ** 63n, true)),
      /tensor "Q8_0": its shape \[9223372036854775808, 2\] makes no sense/,
    ],
    [
      "has a tensor that lies over another",
      spoiled((view) => view.setBigUint64(after("F16") + 24, 0n, true)),
      /tensors "(F32|F16)" and "(F32|F16)" overlap/,
    ],
    [
      "has a tensor off its place",
      spoiled((view) => view.setBigUint64(after("Q5_1") + 24, 3n, true)),
      /tensor "Q5_1": offset 3 is not aligned/,
    ],
    [
      "has two tensors of one name",
      spoiled((_, bytes) => bytes.copyWithin(placeOf("Q4_1"), placeOf("Q4_0"), placeOf("Q4_0") + 4)),
      /two tensors have the same name/,
    ],
    [
      "has a text that is none",
      spoiled((view) => view.setUint8(placeOf("Q4_1"), 0xff)),
      /byte \d+: a text is not UTF-8/,
    ],
  ])("that %s is refused in words", (_, file, message) => {
    expect(() => read(file)).toThrow(GgufError);
    expect(() => read(file)).toThrow(message);
  });
});

describe("any damage", () => {
  const headerBytes = Math.min(...readGgufHeader(blocks).entries.map(({ begin }) => begin));

  it("is refused as a GgufError, or leaves a file that reads", () => {
    const place = fc.integer({ min: 0, max: headerBytes - 1 });
    const changes = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const length = fc.oneof(fc.constant(blocks.length), fc.integer({ min: 0, max: blocks.length }));
    let refused = 0;
    fc.assert(
      fc.property(changes, length, (bytes, end) => {
        const file = blocks.slice(0, end);
        for (const [at, byte] of bytes) if (at < end) file[at] = byte;
        try {
          for (const { shape, data } of read(file).values())
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
