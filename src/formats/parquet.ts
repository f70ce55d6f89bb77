/** Parquet writer with the schema that pandas would use: lists and structs as nested columns. */
import { parquetWriteBuffer, type SchemaElement } from "hyparquet-writer";

/** Type of a column; integers have 64 bits. */
export type ParquetType = "text" | "integer" | { readonly list: ParquetType } | ParquetStruct;

/** Fields and their types, in order. */
interface ParquetStruct {
  readonly struct: Readonly<Record<string, ParquetType>>;
}

/** Value of a column type. */
type ParquetValue<T> = T extends "text"
  ? string
  : T extends "integer"
    ? bigint
    : T extends { readonly list: infer Item }
      ? readonly ParquetValue<Item>[]
      : T extends { readonly struct: infer Fields }
        ? { readonly [Name in keyof Fields]: ParquetValue<Fields[Name]> }
        : never;

/** Writes a Parquet file; `type` is a struct of the columns. */
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

/** Schema elements, parents before children. All are optional, as in files written by pandas. */
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
