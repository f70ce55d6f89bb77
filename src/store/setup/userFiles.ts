/** Reading the user's files as the settings say, which a link or a configuration may have set before. */
import type { DatasetFile, DatasetOptions, DatasetReading } from "../../data/dataset.ts";
import type { Role } from "../../data/fields/roles.ts";
import { isBlank, valueAt } from "../../data/fields/value.ts";
import type { NoticeStore } from "../notice.ts";
import { datasetInUse, type DatasetStore } from "./dataset.ts";
import type { SettingsStore } from "./settings.ts";

export { ROLES } from "../../data/fields/roles.ts";

interface ReadingStores {
  readonly settings: SettingsStore;
  readonly dataset: DatasetStore;
}

/** Reads the user's files by the options in the settings, or without them where they do not fit. */
export async function readUserFiles(
  { settings, dataset, notice }: ReadingStores & { readonly notice: NoticeStore },
  title: string,
  files: readonly DatasetFile[],
): Promise<void> {
  const inUse = datasetInUse(dataset.getState());
  const isOther = inUse?.files !== undefined && inUse.title !== title; // the options belong to the files in use
  const options = isOther ? {} : settings.getState().datasetOptions;
  await dataset.readFiles(title, files, options);
  const state = dataset.getState();
  if (state.status !== "failed" || Object.keys(options).length === 0) return;
  await dataset.readFiles(title, files);
  if (dataset.getState().status === "ready")
    notice.error(`The chosen columns and rows do not fit and were ignored. ${state.message}`);
}

/** Reads the user's files again with some options changed. */
export async function changeOptions(
  { settings, dataset }: ReadingStores,
  changes: DatasetOptions,
): Promise<void> {
  const options = { ...settings.getState().datasetOptions, ...changes };
  settings.setState({ datasetOptions: options });
  await dataset.reread(options);
}

/** Gives a column another role, or none, and reads the user's files again. */
export async function changeRole(stores: ReadingStores, column: string, role: Role | null): Promise<void> {
  const inUse = datasetInUse(stores.dataset.getState());
  if (inUse === null) return;
  const { mapping, columns } = inUse.reading;
  const { map } = stores.settings.getState().datasetOptions;
  const current = Object.entries({ ...mapping, ...map }).map(
    ([name, used]) => [name, used.filter((other) => other !== column)] as const,
  );
  const order = columns.map(({ name }) => name);
  const withColumn = (used: readonly string[]): readonly string[] =>
    role === "options" || role === "context"
      ? [...used, column].sort((a, b) => order.indexOf(a) - order.indexOf(b)) // all are used, in the file's order
      : [column, ...used]; // the first that is not blank is used
  const changed = current.map(([name, used]) => [name, name === role ? withColumn(used) : used] as const);
  await changeOptions(stores, { map: Object.fromEntries(changed) });
}

/** Maximum characters of an example. */
const EXAMPLE_LENGTH = 200;

/** Returns the first value of a column that is not blank, as text. */
export function exampleValue(rows: DatasetReading["firstRows"], column: string): string {
  const value = rows.map((row) => valueAt(row, column)).find((each) => !isBlank(each));
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return text.length > EXAMPLE_LENGTH ? `${text.slice(0, EXAMPLE_LENGTH)}…` : text;
}

/** Records in the settings how the user's files in use were read. */
export function recordOptions({ settings, dataset }: ReadingStores): void {
  const state = dataset.getState();
  const options = datasetInUse(state)?.options;
  if (state.status !== "reading" && options !== undefined) settings.setState({ datasetOptions: options });
}
