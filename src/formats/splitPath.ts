/** Splits of a data set that is stored as a folder of shards, by the paths of its files. */

/** Returns the split of a file: "main/train-00000-of-00002.parquet" and "main/train/0000.parquet" are "main/train". */
export function splitOfPath(path: string): string {
  const stem = path
    .replace(/(\.(jsonl?|ndjson|csv|tsv|parquet))?(\.gz)?$/i, "")
    .replace(/[-_.](\d+[-_]of[-_]\d+(-[0-9a-f]{16})?|\d{3,})$/i, "");
  return stem
    .split("/")
    .filter((part) => !/^(data|default|\.|\d+)$/i.test(part))
    .join("/");
}

/** Splits in the order they are preferred: test-time training asks the test questions. */
const PREFERRED = [/(^|\W)test/i, /(^|\W)(val|dev|eval)/i, /(^|\W)train/i];

/** Returns the split that is read by default: a test split, or the first; undefined if there is none. */
export function defaultSplit<T extends { readonly name: string }>(splits: readonly T[]): T | undefined {
  const preferred = PREFERRED.flatMap((pattern) => splits.filter(({ name }) => pattern.test(name)));
  return preferred[0] ?? splits[0];
}
