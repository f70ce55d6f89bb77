/** Selects the Parquet files of one split of a data set. */
import { defaultSplit, splitOfPath } from "../formats/splitPath.ts";
import { HubError } from "./hubError.ts";
import type { HubId } from "./hubId.ts";
import { listRepository, type RemoteFile, type Repository } from "./repository.ts";
import type { Hub } from "./hub.ts";

/** A split of a data set, with its config where it has several: "test", "main/test". */
interface RemoteSplit {
  readonly name: string;
  readonly files: readonly RemoteFile[];
}

interface ChosenSplit {
  readonly repository: Repository;
  readonly split: RemoteSplit;
  /** Names of all splits. */
  readonly splits: readonly string[];
  /** Sentences about what was chosen. */
  readonly notes: readonly string[];
}

/** The branch on which the Hub keeps data sets converted to Parquet. */
const CONVERTED = "refs/convert/parquet";

/** Lists a data set's Parquet files and chooses a split. Rejects with `HubError`. */
export async function listSplit(hub: Hub, id: HubId, signal: AbortSignal): Promise<ChosenSplit> {
  const own = await listRepository(hub, id, signal);
  const isConverted = splitsOf(own).length === 0;
  const repository = isConverted ? await listConverted(hub, id, signal) : own;
  const splits = splitsOf(repository);
  const split = chooseSplit(repository, splits, id.file);
  const isNamed = id.file !== null && `/${split.name}`.endsWith(`/${shortName(id.file)}`);
  const others = splits.filter((one) => one !== split).map(({ name }) => name);
  return {
    repository,
    split,
    splits: splits.map(({ name }) => name),
    notes: [
      ...(isConverted
        ? [`${id.repository} has no Parquet files of its own: the Hub's conversion is read (${CONVERTED}).`]
        : []),
      ...(!isNamed && others.length > 0
        ? [`Split "${split.name}" is read; there is also ${listed(others)}.`]
        : []),
    ],
  };
}

async function listConverted(hub: Hub, id: HubId, signal: AbortSignal): Promise<Repository> {
  const problem = `${id.repository} has no Parquet files at revision ${id.revision}`;
  if (id.revision !== "main")
    throw new HubError(`${problem}. The Hub converts only the revision main: leave the revision out.`);
  try {
    return await listRepository(hub, { ...id, revision: CONVERTED }, signal);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(
      `${problem}, and the Hub's conversion (${CONVERTED}) cannot be read. ${error.message}`,
    );
  }
}

/** Groups Parquet files by split, in the order of their paths. */
function splitsOf({ files }: Repository): RemoteSplit[] {
  const parquet = files.filter(({ path }) => /\.parquet$/i.test(path));
  const sorted = parquet.sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  const splits = new Map<string, RemoteFile[]>();
  for (const file of sorted) {
    const name = splitOfPath(file.path) || "default";
    splits.set(name, [...(splits.get(name) ?? []), file]);
  }
  return Array.from(splits, ([name, shards]) => ({ name, files: shards }));
}

/** The config "default" is left out of the names of splits. */
const shortName = (name: string): string => name.replace(/^default\//, "");

/** Returns the split that is meant by "config/split", a config, a split, or null for the default. */
function chooseSplit(
  { name: repository }: Repository,
  splits: readonly RemoteSplit[],
  wanted: string | null,
): RemoteSplit {
  const name = wanted === null ? null : shortName(wanted);
  const exact = splits.find((split) => split.name === name);
  if (exact !== undefined) return exact;
  const isOf = (split: RemoteSplit): boolean =>
    name === "default" ? !split.name.includes("/") : split.name.startsWith(`${name}/`);
  const ofConfig = name === null ? splits : splits.filter(isOf);
  const ofSplit = splits.filter((split) => split.name.endsWith(`/${name}`));
  const [only] = ofSplit;
  if (only !== undefined && ofConfig.length + ofSplit.length === 1) return only;
  const chosen = ofSplit.length === 0 ? defaultSplit(ofConfig) : undefined;
  if (chosen !== undefined) return chosen;
  if (splits.length === 0) throw new HubError(`${repository} has no Parquet files. Choose another data set.`);
  const problem =
    ofSplit.length === 0 ? `there is no split "${wanted}"` : `"${wanted}" may mean several splits`;
  throw new HubError(
    `${repository}: ${problem}. Choose one of ${listed(splits.map((split) => split.name))}, as in ${repository}:${splits[0]?.name}`,
  );
}

/** Maximum number of splits listed in a sentence; a data set may have hundreds. */
const NAMED = 12;

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return (
    names
      .slice(0, NAMED)
      .map((name) => `"${name}"`)
      .join(", ") + more
  );
}
