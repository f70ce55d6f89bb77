import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { bytesSource } from "../byteSource.ts";
import { readGgufTensor } from "../gguf/gguf.ts";
import { readGgufHeader } from "../gguf/ggufHeader.ts";
import { packFourBits } from "./fourBitBlocks.ts";
import { BLOCK_TYPES } from "../gguf/ggufBlocks.ts";
import { pack, packedPieces, PackingError } from "./narrowFloats.ts";

/** The same numbers in five packings, as gguf and numpy round them: tools/oracle/make_gguf_fixtures.py. */
const file = new Uint8Array(readFileSync(new URL("../fixtures/packed.gguf", import.meta.url)));
const header = await readGgufHeader(bytesSource(file));
const { data: numbers } = await readGgufTensor(
  bytesSource(file),
  header.entries.find(({ name }) => name === "F32")!,
);

it.each(["F32", "F16", "BF16", "Q8_0"] as const)("packs %s byte for byte as gguf does", (packing) => {
  const { begin, end } = header.entries.find(({ name }) => name === packing)!;
  expect(pack(packing, numbers)).toEqual(file.slice(begin, end));
});

it("packs Q4_0 byte for byte as gguf does", () => {
  const { begin, end } = header.entries.find(({ name }) => name === "Q4_0")!;
  expect(packFourBits(numbers)).toEqual(file.slice(begin, end));
});

it.each([
  { number: 8, packBlocks: (data: Float32Array) => pack("Q8_0", data) },
  { number: 2, packBlocks: packFourBits },
])("packs what blocks of type $number hold without changing it again", ({ number, packBlocks }) => {
  const { bytes, unpack } = BLOCK_TYPES.get(number)!;
  const held = (data: Float32Array): Float32Array => {
    const view = new DataView(packBlocks(data).buffer);
    const unpacked = new Float32Array(data.length);
    for (let block = 0; block < data.length / 32; block++) unpack!(view, block * bytes, unpacked, block * 32);
    return unpacked.map((value) => value + 0); // of zeros, the sign may change
  };
  expect(held(held(numbers))).toEqual(held(numbers));
});

it("keeps what is no number none, and refuses what becomes infinite, by the tensor's name", () => {
  const halves = (value: number): Uint8Array => pack("F16", Float32Array.of(value));
  expect([...halves(NaN)]).toEqual([0x00, 0x7e]);
  expect([...pack("BF16", Float32Array.of(NaN))]).toEqual([0xc0, 0x7f]);
  expect([...halves(65519)]).toEqual([0xff, 0x7b]); // rounds down to 65504
  expect(() => halves(65520)).toThrow(PackingError);
  expect(() => pack("BF16", Float32Array.of(-3.4e38))).toThrow(
    /-3\.3.*e\+38, which is out of the range of BF16/,
  );
  expect(() => pack("Q8_0", new Float32Array(32).fill(1e7))).toThrow(/out of the range of Q8_0/);
  expect(() => packFourBits(new Float32Array(32).fill(1e6))).toThrow(
    "a weight is 1000000, which is out of the range of Q4_0.",
  );
  expect(() => [...packedPieces("lm_head.weight", Float32Array.of(1e6), "F16")]).toThrow(
    "lm_head.weight: a weight is 1000000, which is out of the range of F16. Export in f32.",
  );
});

it("gives blocks without a scale zeros", () => {
  expect(pack("Q8_0", new Float32Array(32).fill(1e-42))).toEqual(new Uint8Array(34));
});
