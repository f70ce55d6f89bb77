import { useStore } from "zustand";
import { chosenModel } from "../../store/setup/catalogue.ts";
import { Icon } from "../Icon.tsx";
import { shortCount } from "../format.ts";
import { usePage, useSettings } from "../page.tsx";

/** Selects an embedded model, the user's model or one downloaded from a Hub. */
export function ModelPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const catalogue = useStore(lab.catalogue);
  const name = useSettings((settings) => settings.model);
  const chosen = chosenModel(catalogue, name);
  const models = catalogue.status === "ready" ? catalogue.models : [];
  return (
    <div className="setup__part">
      <label className="setup__label" htmlFor="model">
        Model
      </label>
      <select
        id="model"
        className="field"
        value={chosen?.name ?? ""}
        disabled={isLocked || models.length === 0}
        aria-describedby="model-about"
        onChange={(event) => lab.settings.setState({ model: event.target.value })}
      >
        {models.map((model) => (
          <option key={model.name} value={model.name}>
            {model.title}
            {model.parameters !== null && ` · ${shortCount(model.parameters)} parameters`}
          </option>
        ))}
      </select>
      <p id="model-about" className="soft small">
        {catalogue.status === "failed" ? (
          <span className="problem">{catalogue.message}</span>
        ) : (
          (chosen?.description ?? "Loading models…")
        )}
      </p>
      <HubButton isLocked={isLocked} />
    </div>
  );
}

function HubButton({ isLocked }: { readonly isLocked: boolean }) {
  const { view } = usePage();
  return (
    <button
      type="button"
      className="button setup__hub"
      disabled={isLocked}
      onClick={() => view.setState({ dialog: { kind: "hub" } })}
    >
      <Icon name="download" />
      Hugging Face Hub…
    </button>
  );
}
