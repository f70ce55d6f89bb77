/** Between the bench page and its workers. */
import type { Limits } from "../../kernels/limits.ts";
import type { JobResult } from "../job.ts";

export type FromWorker =
  { readonly line: string } | { readonly error: string } | { readonly result: JobResult | Limits | null };

export type { Limits };
