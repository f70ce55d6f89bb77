import { CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import { isChanged } from "../../store/setup/settings.ts";
import { Button } from "../Button.tsx";
import { counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { useIsLocked, usePage, useSettings, useView } from "../page.tsx";
import { BackendPicker } from "./BackendPicker.tsx";
import { ConfigForm } from "./ConfigForm.tsx";
import { DatasetPicker } from "./DatasetPicker.tsx";
import { ModelPicker } from "./ModelPicker.tsx";
import { MemoryPart } from "./MemoryPart.tsx";
import { PromptFields } from "./PromptFields.tsx";
import "./setup.css";

/** Model, data set, backend and hyperparameters of the next run. Locked during a run. */
export function Setup() {
  const isLocked = useIsLocked();
  const isOpen = useView((view) => view.isSetupOpen) ?? !isLocked;
  return (
    <aside className="setup panel" aria-labelledby="setup-title" data-open={isOpen}>
      <SetupHead isOpen={isOpen} isLocked={isLocked} />
      <div className="setup__body">
        <ModelPicker isLocked={isLocked} />
        <DatasetPicker isLocked={isLocked} />
        <PromptFields isLocked={isLocked} />
        <BackendPicker isLocked={isLocked} />
        <ConfigForm isLocked={isLocked} />
        <MemoryPart />
      </div>
    </aside>
  );
}

function SetupHead({ isOpen, isLocked }: { readonly isOpen: boolean; readonly isLocked: boolean }) {
  const { view } = usePage();
  const texts = useSettings((settings) => settings.texts);
  const changes = CONFIG_NAMES.filter((name) => isChanged(name, texts[name])).length;
  return (
    <div className="setup__head">
      <h2 id="setup-title">Setup</h2>
      <span className="soft small">
        {isLocked
          ? "locked during a run"
          : changes > 0
            ? `${counted(changes, "setting")} changed`
            : "demo settings"}
      </span>
      <Button
        look="plain small"
        className="setup__toggle"
        aria-expanded={isOpen}
        onClick={() => view.setState({ isSetupOpen: !isOpen })}
      >
        {isOpen ? "Hide" : "Show"}
        <Icon name="chevron" />
      </Button>
    </div>
  );
}
