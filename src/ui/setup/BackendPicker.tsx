import { BACKEND_CHOICES, isBackendChoice } from "../../store/setup/settings.ts";
import { usePage, useSettings } from "../page.tsx";
import { BACKEND_OPTIONS } from "./backendNames.ts";
import { Picker } from "./Picker.tsx";

/** The backend of the next run. The run bar shows which one is used, and why. */
export function BackendPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const backend = useSettings((settings) => settings.backend);
  return (
    <Picker
      id="backend"
      label="Backend"
      value={backend}
      disabled={isLocked}
      options={BACKEND_CHOICES.map((choice) => [choice, BACKEND_OPTIONS[choice]])}
      choose={(value) => isBackendChoice(value) && lab.settings.setState({ backend: value })}
      description="Automatic uses WebGPU on a hardware GPU, otherwise WebAssembly, which runs in every browser."
    />
  );
}
