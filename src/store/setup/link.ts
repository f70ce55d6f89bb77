/** Settings as the hash of a link, which contains only what differs from the demo. */
import { CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import {
  DEFAULT_SETTINGS,
  defaultText,
  isBackendChoice,
  isChanged,
  textsBy,
  type Settings,
} from "./settings.ts";

/** Returns the hash for some settings, "" for the demo. */
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

/** Returns the settings of a hash. Values out of range are kept; the form marks them. */
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
