import { useStore } from "zustand";
import { chosenModel } from "../../store/setup/catalogue.ts";
import { Button } from "../Button.tsx";
import { shortCount } from "../format.ts";
import { usePage, useSettings } from "../page.tsx";
import { Picker } from "./Picker.tsx";

/** Selects an embedded model, the user's model or one downloaded from a Hub. */
export function ModelPicker({ isLocked }: { readonly isLocked: boolean }) {
  const { lab, view } = usePage();
  const catalogue = useStore(lab.catalogue);
  const chosen = chosenModel(
    catalogue,
    useSettings(({ model }) => model),
  );
  const models = catalogue.status === "ready" ? catalogue.models : [];
  const textOf = ({ title, parameters }: (typeof models)[number]): string =>
    parameters === null ? title : `${title} · ${shortCount(parameters)} parameters`;
  return (
    <Picker
      id="model"
      label="Model"
      value={chosen?.name ?? ""}
      disabled={isLocked || models.length === 0}
      options={models.map((model) => [model.name, textOf(model)])}
      choose={(model) => lab.settings.setState({ model })}
      description={
        catalogue.status === "failed" ? (
          <span className="problem">{catalogue.message}</span>
        ) : (
          (chosen?.description ?? "Loading models…")
        )
      }
    >
      <Button
        icon="download"
        disabled={isLocked}
        onClick={() => view.setState({ dialog: { kind: "hub", subject: "model" } })}
      >
        More models…
      </Button>
    </Picker>
  );
}
