/** Options that say what of a data set is read, and how. */
import { InvalidArgumentError, Option } from "commander";
import type { DatasetOptions } from "../../src/data/dataset.ts";
import { isRole, ROLES, type Role } from "../../src/data/fields/roles.ts";
import { numberWithin } from "./options.ts";

const wholeNumber = (min: number) => numberWithin({ kind: "integer", min, max: 2 ** 31 - 1 });

/** Values of these options as commander collects them. */
export interface DatasetFlags extends Omit<DatasetOptions, "map"> {
  readonly map?: Partial<Record<Role, readonly string[]>>;
}

/** Returns `--map` and `--split`. */
export const columnOptions = (): Option[] => [
  new Option(
    "--map <role=column...>",
    `columns by role, over what their names suggest; several are separated by commas, none takes the role away. Roles: ${ROLES.join(", ")}`,
  ).argParser(addRole),
  new Option("--split <name>", "split of a data set that has several (default: test, or the first)"),
];

/** Returns `--map`, `--split`, `--limit`, `--offset` and `--shuffle-seed`. */
export const datasetOptions = (): Option[] => [
  ...columnOptions(),
  new Option("--limit <rows>", "maximum rows to read").argParser(wholeNumber(1)),
  new Option("--offset <rows>", "rows to skip, after shuffling").argParser(wholeNumber(0)),
  new Option(
    "--shuffle-seed <integer>",
    "shuffle the rows, and options that are listed right one first",
  ).argParser(wholeNumber(0)),
];

function addRole(text: string, before: DatasetFlags["map"]): DatasetFlags["map"] {
  const [, role = "", columns = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!isRole(role)) throw new InvalidArgumentError(`Give role=column with one of ${ROLES.join(", ")}.`);
  return { ...before, [role]: columns === "" ? [] : columns.split(",").map((name) => name.trim()) };
}

/** Returns the data set's options among those of a command. */
export function datasetOptionsOf({ map, split, limit, offset, shuffleSeed }: DatasetFlags): DatasetOptions {
  return {
    ...(map !== undefined && { map }),
    ...(split !== undefined && { split }),
    ...(limit !== undefined && { limit }),
    ...(offset !== undefined && { offset }),
    ...(shuffleSeed !== undefined && { shuffleSeed }),
  };
}
