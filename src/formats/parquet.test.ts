import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { writeParquet } from "./parquet.ts";

const TYPE = {
  struct: {
    source: "text",
    prompt: { list: { struct: { role: "text", content: "text" } } },
    info: { struct: { index: "integer", split: "text" } },
  },
} as const;

describe("writeParquet", () => {
  it("writes what another reader reads, nested values and any text included", async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => ({
      source: i % 3 === 0 ? "" : "sums",
      prompt: Array.from({ length: i % 3 }, (_, turn) => ({
        role: turn === 0 ? "user" : "assistant",
        content: `数 ${i}\n"é" 🎲`,
      })),
      info: { index: BigInt(i) * 2n ** 40n, split: "train" },
    }));
    const file = writeParquet(TYPE, rows).buffer;
    expect(await parquetReadObjects({ file })).toEqual(rows);
  });

  it("has pandas' schema: lists of structs, every value nullable", () => {
    const row = { source: "a", prompt: [{ role: "user", content: "b" }], info: { index: 0n, split: "c" } };
    const { schema } = parquetMetadata(writeParquet(TYPE, [row]).buffer);
    const told = schema.map(({ name, repetition_type, type, logical_type, num_children }) =>
      [name, repetition_type, type ?? num_children, logical_type?.type].join(" ").trim(),
    );
    expect(told).toEqual([
      "schema  3",
      "source OPTIONAL BYTE_ARRAY STRING",
      "prompt OPTIONAL 1 LIST",
      "list REPEATED 1",
      "element OPTIONAL 2",
      "role OPTIONAL BYTE_ARRAY STRING",
      "content OPTIONAL BYTE_ARRAY STRING",
      "info OPTIONAL 2",
      "index OPTIONAL INT64",
      "split OPTIONAL BYTE_ARRAY STRING",
    ]);
  });
});
