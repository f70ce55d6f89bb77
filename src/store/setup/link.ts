/** Settings <-> the address: only what differs from the demo, so that a link reproduces a set-up and stays short. */
import { CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import {
  DEFAULT_SETTINGS,
  defaultText,
  isBackendChoice,
  isChanged,
  textsBy,
  type Settings,
} from "./settings.ts";

/** The hash of the address, "" for the demo. */
export function hashOf({ model, dataset, backend, prompt, texts }: Settings): string {
  const parameters = new URLSearchParams();
  if (model !== null) parameters.set("model", model);
  if (dataset !== null) parameters.set("dataset", dataset);
  if (backend !== DEFAULT_SETTINGS.backend) parameters.set("backend", backend);
  for (const name of ["system", "suffix"] as const) {
    if (prompt[name] !== "") parameters.set(name, prompt[name]);
  }
  for (const name of CONFIG_NAMES) {
    if (isChanged(name, texts[name])) parameters.set(name, texts[name].trim());
  }
  return parameters.size === 0 ? "" : `#${parameters.toString()}`;
}

/** The settings of a hash. A value out of bounds is kept: the form names it. */
export function settingsOf(hash: string): Settings {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const backend = parameters.get("backend");
  return {
    model: parameters.get("model"),
    dataset: parameters.get("dataset"),
    backend: isBackendChoice(backend) ? backend : DEFAULT_SETTINGS.backend,
    prompt: { system: parameters.get("system") ?? "", suffix: parameters.get("suffix") ?? "" },
    texts: textsBy((name) => parameters.get(name) ?? defaultText(name)),
  };
}
