import { BACKEND_CHOICES, isBackendChoice } from "../../store/setup/settings.ts";
import { usePage, useSettings } from "../page.tsx";
import { BACKEND_OPTIONS } from "./backendNames.ts";

/** The backend of the next run. The run bar shows which one is used, and why. */
export function BackendPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const backend = useSettings((settings) => settings.backend);
  const choose = (value: string): void => {
    if (isBackendChoice(value)) lab.settings.setState({ backend: value });
  };
  return (
    <div className="setup__part">
      <label className="setup__label" htmlFor="backend">
        Backend
      </label>
      <select
        id="backend"
        className="field"
        value={backend}
        disabled={isLocked}
        aria-describedby="backend-about"
        onChange={(event) => choose(event.target.value)}
      >
        {BACKEND_CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {BACKEND_OPTIONS[choice]}
          </option>
        ))}
      </select>
      <p id="backend-about" className="soft small">
        Automatic uses WebGPU on a hardware GPU, otherwise WebAssembly, which runs in every browser.
      </p>
    </div>
  );
}
