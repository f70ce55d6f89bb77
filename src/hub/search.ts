/** Search for data sets on a Hub (https://huggingface.co/docs/hub/api). */
import * as z from "zod/mini";
import { hostOf, retry, send, type Hub } from "./hub.ts";
import { HubError } from "./hubError.ts";

const RESULTS = 10;
const ATTEMPTS = 3;
const answer = z.array(z.object({ id: z.string() }));

/** Returns the names ("owner/name") of data sets that match `words`. Rejects with `HubError`. */
export async function searchDatasets(hub: Hub, words: string, signal: AbortSignal): Promise<string[]> {
  const query = new URLSearchParams({ search: words, limit: String(RESULTS) });
  const request = {
    url: `${hub.endpoint}/api/datasets?${query.toString()}`,
    what: `The search for "${words}"`,
    repository: "datasets",
  };
  const read = async (): Promise<unknown> => {
    const response = await send(hub, request, signal);
    return response.json().catch(() => null);
  };
  const parsed = answer.safeParse(await retry(hub, read, () => 0, signal, ATTEMPTS));
  if (parsed.success) return parsed.data.map(({ id }) => id).filter((id) => id.includes("/"));
  throw new HubError(`${request.what}: unexpected response from ${hostOf(hub)}. Check that it is a Hub.`);
}
