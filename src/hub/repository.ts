/** File listing of a repository at a revision (https://huggingface.co/docs/hub/api). */
import * as z from "zod/mini";
import type { Digest } from "./digest.ts";
import { hostOf, retry, send, type Hub } from "./hub.ts";
import { HubError } from "./hubError.ts";
import { isDataset, type HubId } from "./hubId.ts";

/** A file of a repository. */
export interface RemoteFile {
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
}

export interface Repository {
  readonly name: string;
  /** The commit that the revision resolves to. */
  readonly commit: string;
  readonly files: readonly RemoteFile[];
}

const hex = (digits: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${digits}}$`)));

const listing = z.object({
  sha: hex(40),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number(),
      blobId: z.optional(hex(40)),
      lfs: z.optional(z.nullable(z.object({ sha256: hex(64), size: z.number() }))),
    }),
  ),
});

/** Few, so that being offline is reported soon. */
const LISTING_ATTEMPTS = 3;

/** Lists the files of a repository. Rejects with `HubError`. */
export async function listRepository(
  hub: Hub,
  { repository, revision }: HubId,
  signal: AbortSignal,
): Promise<Repository> {
  const api = `${hub.endpoint}/api/${isDataset({ repository }) ? "" : "models/"}${repository}`;
  const url = `${api}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const what = `The file list of ${repository}`;
  const read = async (): Promise<unknown> => {
    const response = await send(hub, { url, what, repository }, signal);
    return response.json().catch((error: unknown) => failListing(hub, what, error));
  };
  const parsed = listing.safeParse(await retry(hub, read, () => 0, signal, LISTING_ATTEMPTS));
  if (!parsed.success) return failListing(hub, what, z.prettifyError(parsed.error));
  const { sha, siblings } = parsed.data;
  const files = siblings.flatMap(({ rfilename: path, size, blobId, lfs }): RemoteFile[] => {
    if (lfs != null) return [{ path, bytes: lfs.size, digest: { kind: "sha256", hex: lfs.sha256 } }];
    return blobId === undefined ? [] : [{ path, bytes: size, digest: { kind: "git-sha1", hex: blobId } }];
  });
  return { name: repository, commit: sha, files };
}

function failListing(hub: Hub, what: string, reason: unknown): never {
  const text = reason instanceof Error ? reason.message : String(reason);
  throw new HubError(
    `${what}: unexpected response from ${hostOf(hub)} (${text.replace(/\s+/g, " ").slice(0, 200)}). Check that ${hub.endpoint} is a Hub.`,
  );
}
