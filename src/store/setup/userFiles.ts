/** Reading the user's files as the settings say, which a link or a configuration may have set before. */
import type { DatasetFile, DatasetOptions } from "../../data/dataset.ts";
import type { Role } from "../../data/fields/roles.ts";
import { isBlank } from "../../data/fields/value.ts";

export { valueAt } from "../../data/fields/value.ts";
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

/** Options of a data set, undefined where one is taken away. */
type Changes = { readonly [Name in keyof DatasetOptions]: DatasetOptions[Name] | undefined };

/** Reads the user's files again with some options changed. */
export async function changeOptions({ settings, dataset }: ReadingStores, changes: Changes): Promise<void> {
  const changed = Object.entries({ ...settings.getState().datasetOptions, ...changes });
  const options: DatasetOptions = Object.fromEntries(changed.filter(([, value]) => value !== undefined));
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

/** Maximum characters of a value that is shown. */
const SHOWN_LENGTH = 200;

/** Returns a value of a row as text, cut where it is long; "" for a blank one. */
export function valueText(value: unknown): string {
  const text = isBlank(value) ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

/** Records in the settings how the user's files in use were read. */
export function recordOptions({ settings, dataset }: ReadingStores): void {
  const state = dataset.getState();
  const options = datasetInUse(state)?.options;
  if (state.status !== "reading" && options !== undefined) settings.setState({ datasetOptions: options });
}
