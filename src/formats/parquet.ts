/** Rows -> Parquet, in the schema that pandas gives such rows: lists and structs are columns of their own, not texts. */
import { parquetWriteBuffer, type SchemaElement } from "hyparquet-writer";

/** What a column holds; an integer has 64 bits. */
export type ParquetType = "text" | "integer" | { readonly list: ParquetType } | ParquetStruct;

/** Fields and what they hold, in their order. */
export interface ParquetStruct {
  readonly struct: Readonly<Record<string, ParquetType>>;
}

/** A value of a type. */
export type ParquetValue<T> = T extends "text"
  ? string
  : T extends "integer"
    ? bigint
    : T extends { readonly list: infer Item }
      ? readonly ParquetValue<Item>[]
      : T extends { readonly struct: infer Fields }
        ? { readonly [Name in keyof Fields]: ParquetValue<Fields[Name]> }
        : never;

/** A file of rows, whose type is a struct of the columns. */
export function writeParquet<const T extends ParquetStruct>(
  type: T,
  rows: readonly ParquetValue<T>[],
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(type.struct);
  const records: readonly Readonly<Record<string, unknown>>[] = rows;
  const columnData = names.map((name) => ({ name, data: records.map((row) => row[name]) }));
  return new Uint8Array(parquetWriteBuffer({ schema: [root(names.length), ...fields(type)], columnData }));
}

function root(columns: number): SchemaElement {
  return { name: "schema", num_children: columns };
}

function fields({ struct }: ParquetStruct): SchemaElement[] {
  return Object.entries(struct).flatMap(([name, type]) => elements(name, type));
}

/** The schema's tree, parents before children. Nothing is ever absent, but readers expect what pandas writes. */
function elements(name: string, type: ParquetType): SchemaElement[] {
  const element = { name, repetition_type: "OPTIONAL" } as const;
  if (type === "integer") return [{ ...element, type: "INT64" }];
  if (type === "text")
    return [{ ...element, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } }];
  if ("struct" in type)
    return [{ ...element, num_children: Object.keys(type.struct).length }, ...fields(type)];
  return [
    { ...element, converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...elements("element", type.list),
  ];
}
