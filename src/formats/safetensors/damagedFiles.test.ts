import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileOf, headerOf, headerText, pair } from "./fixture.ts";
import { readSafetensors, SafetensorsError, writeSafetensors } from "./safetensors.ts";

describe("hostile and damaged files", () => {
  const member = (description: string): string => `{"x":${description}}`;
  const one = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing at all", new Uint8Array(0), /0 bytes, fewer than the 8/],
    ["half a length", new Uint8Array(7), /7 bytes, fewer/],
    ["a header longer than the file", fileOf("{}", 0, 3n), /declared length is 3 bytes, but only 2/],
    ["a header of 2^64 - 1 bytes", fileOf("{}", 0, 2n ** 64n - 1n), /18446744073709551615 bytes, more than/],
    ["a header of 100 MB and one byte", fileOf("{}", 0, 100_000_001n), /100000001 bytes, more than/],
    ["an empty header", fileOf(""), /not valid JSON/],
    ["a byte order mark", fileOf("\ufeff{}"), /not valid JSON/],
    ["a header that is not UTF-8", fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)), /not valid UTF-8/],
    ["a list instead of an object", fileOf("[]"), /not an object/],
    ["an unfinished object", fileOf('{"x":'), /not valid JSON/],
    ["text after the object", fileOf("{} {}"), /not valid JSON/],
    ["a trailing comma", fileOf(`{"x":${one},}`, 4), /not valid JSON/],
    ["half a surrogate pair as a name", fileOf(`{"\\ud800":${one}}`, 4), /well-formed string/],
    ["a line break in a name", fileOf(`{"a\nb":${one}}`, 4), /not valid JSON/],
    [
      "a field twice",
      fileOf(member('{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}'), 4),
      /"dtype" occurs twice/,
    ],
    ["two metadata", fileOf('{"__metadata__":{},"__metadata__":{}}'), /occurs twice/],
    ["metadata that is text", fileOf('{"__metadata__":"x"}'), /__metadata__ is not an object/],
    ["metadata of lists", fileOf('{"__metadata__":{"a":[1]}}'), /"a" is not a string/],
    ["a tensor that is a number list", fileOf(member("[1]")), /not an object/],
    ["a missing shape", fileOf(member('{"dtype":"F32","data_offsets":[0,4]}'), 4), /must have dtype/],
    ["deep nesting", fileOf(`${'{"a":'.repeat(200_000)}{}`), /not valid JSON/],
    ["deep nesting that ends", fileOf('{"a":'.repeat(9_000) + "{}" + "}".repeat(9_000)), /must have dtype/],
    [
      "a size that is a text",
      fileOf(member('{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}'), 4),
      /must have dtype/,
    ],
    [
      "a dtype that is null",
      fileOf(member('{"dtype":null,"shape":[1],"data_offsets":[0,4]}'), 4),
      /must have dtype/,
    ],
    ["a deep list", fileOf(member(`{"dtype":"F32","shape":${"[".repeat(100_000)}`)), /not valid JSON/],
    [
      "a dtype we do not know",
      fileOf(member('{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}'), 4),
      /dtype "Q4" is not one of F32, F16, BF16, F64. Quantised/,
    ],
    [
      "a dtype that is a property of every object",
      fileOf(member('{"dtype":"toString","shape":[1],"data_offsets":[0,4]}'), 4),
      /dtype "toString"/,
    ],
    ["a negative size", fileOf(headerOf(["x", [-1], 0, 4]), 4), /unsigned integer/],
    ["minus zero", fileOf(member('{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}')), /unsigned integer/],
    ["a fractional size", fileOf(headerOf(["x", [1.5], 0, 6]), 6), /unsigned integer/],
    [
      "an exponent",
      fileOf(member('{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}'), 4),
      /unsigned integer/,
    ],
    [
      "a leading zero",
      fileOf(member('{"dtype":"F32","shape":[01],"data_offsets":[0,4]}'), 4),
      /not valid JSON/,
    ],
    [
      "a size of 2^53",
      fileOf(member('{"dtype":"F32","shape":[9007199254740992],"data_offsets":[0,4]}'), 4),
      /below 2\^53/,
    ],
    [
      "sizes whose product overflows to a small number in 64 bits",
      fileOf(headerOf(["x", [2 ** 32, 2 ** 32, 1], 0, 4]), 4),
      /more than 2\^53 bytes/,
    ],
    [
      "a shape larger than its data",
      fileOf(headerOf(["x", [2], 0, 4]), 4),
      /\[2\] takes 8 bytes, but .* 4\./,
    ],
    ["offsets back to front", fileOf(headerOf(["x", [1], 4, 0]), 4), /begin <= end, not \[4, 0\]/],
    ["one offset", fileOf(member('{"dtype":"F32","shape":[1],"data_offsets":[4]}'), 4), /begin <= end/],
    ["three offsets", fileOf(member('{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}'), 4), /begin <=/],
    [
      "data that ends early",
      fileOf(headerOf(["x", [2], 0, 8]), 7),
      /describes 8 bytes, but the file holds 7/,
    ],
    [
      "data nobody describes",
      fileOf(headerOf(["x", [1], 0, 4]), 5),
      /describes 4 bytes, but the file holds 5/,
    ],
    ["data before the first tensor", fileOf(headerOf(["x", [1], 4, 8]), 8), /begins at byte 4 .* ends at 0/],
    [
      "a hole between tensors",
      fileOf(headerOf(["x", [1], 0, 4], ["y", [1], 8, 12]), 12),
      /"y": it begins at byte 8 of the data, but the previous tensor ends at 4/,
    ],
    ["tensors that overlap", fileOf(headerOf(["x", [2], 0, 8], ["y", [1], 4, 8]), 8), /begins at byte 4/],
    ["two tensors in one place", fileOf(headerOf(["x", [1], 0, 4], ["y", [1], 0, 4]), 4), /begins at byte 0/],
  ])("refuses %s", (_what, file, message) => {
    expect(() => readSafetensors(file)).toThrow(SafetensorsError);
    expect(() => readSafetensors(file)).toThrow(message);
  });

  it("keeps its message short whatever the name or shape", () => {
    const name = "n".repeat(1_000_000);
    const shape = new Array<number>(100_000).fill(1);
    const read = (): unknown => readSafetensors(fileOf(headerOf([name, shape, 0, 8]), 8));
    expect(read).toThrow(/^.{1,400}$/);
  });

  it("accepts spaces after the header and tensors out of order", () => {
    const file = fileOf(`${headerOf(["x", [1], 4, 8], ["y", [1], 0, 4])}   `, 8);
    expect([...readSafetensors(file).tensors.keys()]).toEqual(["y", "x"]);
  });

  it("reads a header of fifty thousand tensors", () => {
    const names = Array.from(
      { length: 50_000 },
      (_, i): readonly [string, readonly number[], number, number] => [`tensor.${i}`, [0], 0, 0],
    );
    expect(readSafetensors(fileOf(headerOf(...names))).tensors.size).toBe(50_000);
  });
});

describe("odd files", () => {
  interface Verdict {
    readonly name: string;
    readonly file: string;
    readonly accepted: boolean;
  }
  const url = new URL("../fixtures/safetensors.json", import.meta.url);
  const verdicts = JSON.parse(readFileSync(url, "utf8")) as readonly Verdict[]; // committed file
  /** Accepted by the Rust library and refused here. */
  const STRICTER: Readonly<Record<string, RegExp>> = { "as list": /its description is not an object/ };

  it.each(verdicts)("$name: accepted or refused as by the Rust library", ({ name, file, accepted }) => {
    const read = (): unknown => readSafetensors(Buffer.from(file, "base64"));
    const other = /^dtype (BOOL|U8|I8|F8_E5M2|F8_E4M3|I16|I32|C64|I64)$/.test(name) || name === "misaligned";
    const refusal = other ? /dtype "\w+" is not one of F32, F16, BF16, F64/ : STRICTER[name];
    if (refusal !== undefined) expect(read).toThrow(refusal);
    else if (accepted) expect(read).not.toThrow();
    else expect(read).toThrow(SafetensorsError);
  });
});

describe("mutated files", () => {
  const valid = writeSafetensors(pair);
  const headerEnd = 8 + headerText(valid).length;

  /** Reads; allows success or a `SafetensorsError`, and never more floats than the file has bytes to back. */
  function survives(file: Uint8Array): void {
    try {
      const { tensors } = readSafetensors(file);
      let bytes = 0;
      for (const { shape, data } of tensors.values()) {
        expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
        bytes += data.byteLength;
      }
      expect(bytes).toBeLessThanOrEqual(2 * file.length); // F16 doubles
    } catch (error) {
      expect(error).toBeInstanceOf(SafetensorsError);
    }
  }

  it("never fails but with a SafetensorsError when bytes are changed, cut or inserted", () => {
    const edit = fc.record({
      at: fc.nat(headerEnd + 8),
      removed: fc.nat(4),
      inserted: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let file = valid;
        for (const { at, removed, inserted } of edits) {
          file = Uint8Array.from([...file.subarray(0, at), ...inserted, ...file.subarray(at + removed)]);
        }
        survives(file);
      }),
      { seed: 2, numRuns: 3000 },
    );
  });

  it("never fails but with a SafetensorsError when the header is another one", () => {
    const size = fc.oneof(fc.nat(8), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300));
    const description = fc.record(
      {
        dtype: fc.constantFrom<unknown>("F32", "F16", "BF16", "I64", 4, null),
        shape: fc.oneof(fc.array(size, { maxLength: 3 }), fc.constant(null)),
        data_offsets: fc.oneof(fc.tuple(size, size), fc.array(size, { maxLength: 3 })),
        extra: fc.jsonValue(),
      },
      { requiredKeys: ["dtype", "shape", "data_offsets"] },
    );
    const name = fc.constantFrom("a", "b", "__proto__", "__metadata__", "");
    const header = fc.dictionary(name, fc.oneof({ weight: 5, arbitrary: description }, fc.jsonValue()));
    fc.assert(
      fc.property(header, fc.nat(16), (json, dataBytes) => survives(fileOf(JSON.stringify(json), dataBytes))),
      { seed: 3, numRuns: 3000 },
    );
  });
});
