import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSafetensors, readSafetensors, writeSafetensors } from "./safetensors.ts";
import { bytesSource } from "../byteSource.ts";
import { fileOf, headerText, pair } from "./fixture.ts";
import type { Tensor } from "../../math/tensor.ts";

describe("writing and reading back", () => {
  it("keeps every bit, not-a-number and subnormals included", () => {
    const { tensors } = readSafetensors(writeSafetensors(pair));
    expect([...tensors.keys()]).toEqual(["a", "b"]);
    expect(tensors).toEqual(pair);
  });

  it("keeps scalars, empty tensors and unusual names", () => {
    const odd = new Map<string, Tensor>([
      ["__proto__", { shape: [], data: Float32Array.of(7) }],
      ["constructor", { shape: [0, 3], data: new Float32Array(0) }],
      ['quo"te \\ é 😀', { shape: [1, 1], data: Float32Array.of(8) }],
    ]);
    expect(readSafetensors(writeSafetensors(odd)).tensors).toEqual(odd);
    expect(Object.prototype).not.toHaveProperty("dtype");
  });

  it("writes the same bytes whatever the order of the tensors", () => {
    expect(writeSafetensors(new Map([...pair].reverse()))).toEqual(writeSafetensors(pair));
  });

  it("writes what the format asks: sorted names, data aligned to 8 bytes, the metadata transformers wants", () => {
    const file = writeSafetensors(pair);
    const header = headerText(file);
    expect(header.length % 8).toBe(0);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"format":"pt"},' +
        '"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},' +
        '"b":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]}}',
    );
    expect(file.length).toBe(8 + header.length + 28);
  });

  it("carries other metadata", () => {
    const metadata = new Map([["step", "12"]]);
    expect(readSafetensors(writeSafetensors(pair, metadata)).metadata).toEqual(metadata);
  });

  it("writes a view as what it shows, not the buffer behind it", () => {
    const view = Float32Array.of(0, 1, 2, 3).subarray(1, 3);
    const { tensors } = readSafetensors(writeSafetensors(new Map([["x", { shape: [2], data: view }]])));
    expect(tensors.get("x")?.data).toEqual(Float32Array.of(1, 2));
  });

  it("refuses our own mistakes: a shape that does not fit, a reserved name", () => {
    const wrong = { shape: [2, 2], data: new Float32Array(3) };
    expect(() => writeSafetensors(new Map([["x", wrong]]))).toThrow("shape [2, 2] but 3 elements");
    const scalar = { shape: [], data: new Float32Array(1) };
    expect(() => writeSafetensors(new Map([["__metadata__", scalar]]))).toThrow("__metadata__");
  });

  it("round-trips any tensors", () => {
    const tensor = fc
      .array(fc.nat(4), { maxLength: 3 })
      .map((shape) => ({ shape, size: shape.reduce((product, size) => product * size, 1) }))
      .chain(({ shape, size }) =>
        fc.float32Array({ minLength: size, maxLength: size }).map((data): Tensor => ({ shape, data })),
      );
    const name = fc.string({ unit: "grapheme" }).filter((text) => text !== "__metadata__");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 5 }), (entries) => {
        const tensors = new Map(entries);
        expect(readSafetensors(writeSafetensors(tensors)).tensors).toEqual(tensors);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe("files of PyTorch", () => {
  it.each(["tiny-llama", "tiny-qwen2"])("reads %s, and writes the same weights back", (name) => {
    const file = readFileSync(new URL(`../../model/fixtures/${name}/model.safetensors`, import.meta.url));
    const { tensors, metadata } = readSafetensors(file);
    expect(metadata).toEqual(new Map([["format", "pt"]]));
    expect(tensors.get("model.layers.1.self_attn.k_proj.weight")?.shape).toEqual(
      name === "tiny-llama" ? [16, 32] : [8, 24],
    );
    expect(readSafetensors(writeSafetensors(tensors)).tensors).toEqual(tensors);
  });

  it("reads the numbers PyTorch wrote", () => {
    // expected.json, written independently: the greedy prompt is the first four tokens of row 0, so the first greedy
    // token, 20, is the argmax of the logits at position 3 (of 9) over the vocabulary of 101
    const folder = new URL("../../model/fixtures/tiny-qwen2/", import.meta.url);
    const logits = readSafetensors(readFileSync(new URL("expected.safetensors", folder))).tensors.get(
      "logits.0",
    );
    const row = logits?.data.subarray(3 * 101, 4 * 101) ?? new Float32Array(0);
    expect(logits?.shape).toEqual([9, 101]);
    expect(row.indexOf(Math.max(...row))).toBe(20);
  });
});

describe("half precision", () => {
  const halves = (dtype: string, words: readonly number[]): Float32Array | undefined => {
    const bytes = new Uint8Array(Uint16Array.from(words).buffer);
    const header = `{"x":{"dtype":"${dtype}","shape":[${words.length}],"data_offsets":[0,${bytes.length}]}}`;
    const file = fileOf(header, bytes.length);
    file.set(bytes, file.length - bytes.length);
    return readSafetensors(file).tensors.get("x")?.data;
  };

  it("widens F16 exactly", () => {
    // binary16: 1, -2, 65504 (largest), 2^-14 (smallest normal), 2^-24 (smallest), -0, infinity, not a number, 1/3
    const words = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x7e00, 0x3555];
    const values = [1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, NaN, 0.333251953125];
    expect(halves("F16", words)).toEqual(Float32Array.from(values));
  });

  it("rounds F64, and reads a part of a tensor of any type", async () => {
    for (const [dtype, bytes] of [
      ["F64", new Uint8Array(Float64Array.of(0.1, -2, 1e300, 4).buffer)],
      ["F32", new Uint8Array(Float32Array.of(0.1, -2, Infinity, 4).buffer)],
      ["BF16", new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x4049, 0x0001).buffer)],
    ] as const) {
      const header = `{"x":{"dtype":"${dtype}","shape":[4],"data_offsets":[0,${bytes.length}]}}`;
      const source = await openSafetensors(bytesSource(Buffer.concat([fileOf(header), bytes])));
      const whole = await source.read("x");
      if (dtype === "F64") expect(whole).toEqual(Float32Array.of(0.1, -2, Infinity, 4));
      expect(await source.readPart?.("x", 1, 3)).toEqual(whole.subarray(1, 3));
    }
  });

  it("widens BF16 exactly", () => {
    // the upper 16 bits of float32 1, -2, 3.140625, the smallest subnormal, infinity
    const values = [1, -2, 3.140625, 2 ** -133, Infinity];
    expect(halves("BF16", [0x3f80, 0xc000, 0x4049, 0x0001, 0x7f80])).toEqual(Float32Array.from(values));
  });
});
