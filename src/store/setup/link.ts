/** Settings as the hash of a link, which contains only what differs from the demo. */
import type { DatasetOptions } from "../../data/dataset.ts";
import { ROLES } from "../../data/fields/roles.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import { CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import {
  DEFAULT_SETTINGS,
  defaultText,
  isBackendChoice,
  isChanged,
  ROW_NUMBERS,
  rowNumberOf,
  textsBy,
  type Settings,
} from "./settings.ts";

/** Returns the hash for some settings, "" for the demo. */
export function hashOf({ model, dataset, datasetOptions, backend, prompt, texts }: Settings): string {
  const parameters = new URLSearchParams();
  if (model !== null) parameters.set("model", model);
  if (dataset !== null) parameters.set("dataset", dataset);
  if (backend !== DEFAULT_SETTINGS.backend) parameters.set("backend", backend);
  addDatasetOptions(parameters, datasetOptions);
  for (const name of ["system", "suffix"] as const) {
    if (prompt[name] !== "") parameters.set(name, prompt[name]);
  }
  if (prompt.template !== undefined) parameters.set("template", prompt.template);
  if (prompt.templateArgs !== undefined) parameters.set("templateArgs", JSON.stringify(prompt.templateArgs));
  if (prompt.date !== undefined) parameters.set("date", prompt.date);
  for (const name of CONFIG_NAMES) {
    if (isChanged(name, texts[name])) parameters.set(name, texts[name].trim());
  }
  return parameters.size === 0 ? "" : `#${parameters.toString()}`;
}

/** Returns the settings of a hash. Values out of range are kept; the form marks them. */
export function settingsOf(hash: string): Settings {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const backend = parameters.get("backend");
  return {
    model: parameters.get("model"),
    dataset: parameters.get("dataset"),
    datasetOptions: datasetOptionsOf(parameters),
    backend: isBackendChoice(backend) ? backend : DEFAULT_SETTINGS.backend,
    prompt: promptOf(parameters),
    texts: textsBy((name) => parameters.get(name) ?? defaultText(name)),
  };
}

function promptOf(parameters: URLSearchParams): PromptFrame {
  const [template, args, date] = ["template", "templateArgs", "date"].map((name) => parameters.get(name));
  const templateArgs = args == null ? null : jsonObject(args);
  return {
    ...{ system: parameters.get("system") ?? "", suffix: parameters.get("suffix") ?? "" },
    ...(template != null && { template }),
    ...(templateArgs !== null && { templateArgs }),
    ...(date != null && { date }),
  };
}

/** Returns null if the text is not a JSON object. */
function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** Adds split, numbers and columns by role, e.g. `map.answer=target`; a role that is taken away has an empty column. */
function addDatasetOptions(parameters: URLSearchParams, { map = {}, ...options }: DatasetOptions): void {
  for (const [name, value] of Object.entries(options)) parameters.set(name, String(value));
  for (const role of ROLES) {
    const columns = map[role]?.length === 0 ? [""] : (map[role] ?? []);
    for (const column of columns) parameters.append(`map.${role}`, column);
  }
}

function datasetOptionsOf(parameters: URLSearchParams): DatasetOptions {
  const split = parameters.get("split");
  const numbers = ROW_NUMBERS.flatMap((name) => {
    const number = rowNumberOf(name, parameters.get(name) ?? "");
    return number === null ? [] : [[name, number] as const];
  });
  const map = ROLES.filter((role) => parameters.has(`map.${role}`)).map(
    (role) => [role, parameters.getAll(`map.${role}`).filter((column) => column !== "")] as const,
  );
  return {
    ...(split !== null && { split }),
    ...Object.fromEntries(numbers),
    ...(map.length > 0 && { map: Object.fromEntries(map) }),
  };
}
