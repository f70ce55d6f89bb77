/** The package in Node. */
import { readFile } from "node:fs/promises";
import { embeddedModelFiles, wordProblems } from "../src/lab/embedded.ts";
import type { ModelFiles } from "../src/lab/openModel.ts";
import type { NamedStudy } from "../src/lab/study.ts";

export * from "../src/lab/index.ts";
export { startBackend } from "./backend.ts";

/** Returns the files of the embedded model abacus-0.1M. */
export const embeddedModel = (): Promise<ModelFiles> => embeddedModelFiles(readFile);

/** Returns the embedded word problems. */
export const embeddedDataset = (): Promise<NamedStudy> => wordProblems(readFile);
