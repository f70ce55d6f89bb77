import { expect, test } from "vitest";
import { dataDescriptor, directoryHeader, endRecords, localHeader, type WrittenEntry } from "./zipRecords.ts";

/** Beyond 32 bits in every way: a file of 5 GB behind another of 6 GB. */
const large: WrittenEntry = {
  path: "w",
  deflated: false,
  packed: 5e9,
  size: 5e9,
  offset: 6e9,
  isStreamed: true,
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer);

test("a local header of a large streamed file leaves its sizes to Zip64's field, and both to what follows", () => {
  const header = view(localHeader(large, 7));
  expect(header.byteLength).toBe(30 + 1 + 20);
  expect([header.getUint16(4, true), header.getUint16(6, true)]).toEqual([45, 0x0808]);
  expect([14, 18, 22].map((at) => header.getUint32(at, true))).toEqual([0, 0xffffffff, 0xffffffff]);
  expect([31, 33].map((at) => header.getUint16(at, true))).toEqual([1, 16]);
  const after = view(dataDescriptor(large, 7));
  expect([after.byteLength, after.getUint32(4, true)]).toEqual([24, 7]);
  expect([8, 16].map((at) => after.getBigUint64(at, true))).toEqual([5_000_000_000n, 5_000_000_000n]);
});

test("the table of contents tells sizes and place in 64 bits, in the order of the format", () => {
  const header = view(directoryHeader(large, 7));
  expect([16, 20, 24, 42].map((at) => header.getUint32(at, true))).toEqual([
    7, 0xffffffff, 0xffffffff, 0xffffffff,
  ]);
  expect([47, 49].map((at) => header.getUint16(at, true))).toEqual([1, 24]);
  expect([51, 59, 67].map((at) => header.getBigUint64(at, true))).toEqual([
    5_000_000_000n, // size
    5_000_000_000n, // packed
    6_000_000_000n, // offset
  ]);
});

test("a small file far back has its place alone in 64 bits", () => {
  const header = view(directoryHeader({ ...large, packed: 3, size: 3 }, 7));
  expect([20, 24, 42].map((at) => header.getUint32(at, true))).toEqual([3, 3, 0xffffffff]);
  expect([header.getUint16(49, true), header.getBigUint64(51, true)]).toEqual([8, 6_000_000_000n]);
});

test("the end names a table of contents beyond 4 GiB by a Zip64 end and its locator", () => {
  const end = view(endRecords(2, 11e9, 120));
  expect(end.byteLength).toBe(56 + 20 + 22);
  expect([24, 32, 40, 48].map((at) => end.getBigUint64(at, true))).toEqual([2n, 2n, 120n, 11_000_000_000n]);
  expect(end.getBigUint64(64, true)).toBe(11_000_000_120n); // where the Zip64 end is
  expect([86, 88, 92].map((at, i) => (i === 0 ? end.getUint16(at, true) : end.getUint32(at, true)))).toEqual([
    2, 120, 0xffffffff,
  ]);
});

test("what fits 32 bits is told as every reader knows it", () => {
  const small = { ...large, packed: 3, size: 3, offset: 0 };
  expect(localHeader(small, 7)).toHaveLength(31);
  expect(dataDescriptor(small, 7)).toHaveLength(16);
  expect(directoryHeader(small, 7)).toHaveLength(47);
  expect(endRecords(1, 50, 47)).toHaveLength(22);
});
