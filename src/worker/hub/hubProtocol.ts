/** The contract between the page and the worker that fetches models from a Hub. One thing is asked at a time. */
import type { StoredModel } from "../../hub/cache.ts";
import type { DownloadProgress } from "../../hub/download.ts";
import type { DownloadPlan } from "../../hub/plan.ts";

export type { DownloadPlan, DownloadProgress, StoredModel };

/** Page to worker. The token is used for what is asked here, and kept nowhere. */
export type HubCommand =
  /** List the stored models. */
  | { readonly type: "list" }
  | { readonly type: "lookUp"; readonly id: string; readonly source: string; readonly token: string | null }
  | { readonly type: "fetch"; readonly plan: DownloadPlan; readonly token: string | null }
  /** End what is under way; what was fetched stays. */
  | { readonly type: "halt" }
  | { readonly type: "remove"; readonly folders: readonly string[] };

/** Worker to page. */
export type HubEvent =
  /** After whatever may have changed it. */
  | {
      readonly type: "listed";
      readonly models: readonly StoredModel[];
      /** Names of what was removed because it was damaged. */
      readonly removed: readonly string[];
    }
  | { readonly type: "planned"; readonly plan: DownloadPlan }
  | { readonly type: "fetching"; readonly progress: DownloadProgress }
  | { readonly type: "fetched"; readonly folder: string }
  | { readonly type: "halted" }
  /** The command failed; `message` says why and what to do. */
  | { readonly type: "unfetched"; readonly message: string };
