import { useEffect, useState, type ComponentProps, type SyntheticEvent } from "react";
import { useStore } from "zustand";
import { PUBLIC_HUB, type HubAccess, type HubKind } from "../../store/hub.ts";
import { Button } from "../Button.tsx";
import { Dialog } from "../dialogs/Dialog.tsx";
import { Fold } from "../Fold.tsx";
import { usePage } from "../page.tsx";
import { DatasetSearch } from "./DatasetSearch.tsx";
import { HubTaskView } from "./HubTaskView.tsx";
import { ModelOffers } from "./ModelOffers.tsx";
import { StoredModels } from "./StoredModels.tsx";
import "./hub.css";

/** Downloads models or data sets from the Hub and lists those stored in this browser. */
export function HubDialog({ subject }: { readonly subject: HubKind }) {
  const { lab, view } = usePage();
  const task = useStore(lab.hub, (state) => state.task);
  const [id, setId] = useState("");
  const [access, setAccess] = useState<HubAccess>({ source: PUBLIC_HUB, token: null }); // the token is not kept
  useEffect(
    () =>
      lab.hub.subscribe(({ recent }, before) => {
        if (recent !== before.recent) view.setState({ dialog: null }); // a data set is being opened
      }),
    [lab, view],
  );
  const isBusy = task.status === "looking" || task.status === "fetching";
  const choose = (chosen: string): void => {
    setId(chosen);
    lab.hub.lookUp(subject, chosen, access);
  };
  return (
    <Dialog title={subject === "model" ? "Models" : "Hugging Face Hub"}>
      <div className="stack stack--wide">
        {subject === "model" && <ModelOffers isBusy={isBusy} onChoose={choose} />}
        {subject === "model" && <h3>Another model of the Hugging Face Hub</h3>}
        <HubForm {...{ subject, isBusy, id, setId, access, setAccess }} onLookUp={() => choose(id)} />
        {subject === "data set" && (
          <DatasetSearch
            isBusy={isBusy}
            onSearch={(words) => lab.hub.search(words, access)}
            onChoose={choose}
          />
        )}
        <HubTaskView
          task={task}
          onFetch={() => lab.hub.fetch(access.token)}
          onSplit={(split) => lab.hub.chooseSplit(split, access.token)}
        />
        <StoredModels />
      </div>
    </Dialog>
  );
}

interface HubFormProps {
  readonly subject: HubKind;
  readonly isBusy: boolean;
  readonly id: string;
  readonly setId: (id: string) => void;
  readonly access: HubAccess;
  readonly setAccess: (access: HubAccess) => void;
  readonly onLookUp: () => void;
}

function HubForm({ subject, isBusy, id, setId, access, setAccess, onLookUp }: HubFormProps) {
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onLookUp();
  };
  const { source, token } = access;
  const setToken = (text: string): void => setAccess({ source, token: text.trim() || null });
  return (
    <form className="hub__form stack stack--wide" onSubmit={submit}>
      <HubField id="hub-id" label={LABELS[subject]} value={id} change={setId} required />
      <p className="soft small">
        {FORMS[subject]} The page contacts another server only to search, look up and download.
      </p>
      <div>
        <Fold title="Access token and server">
          <HubField
            id="hub-token"
            label="Access token"
            value={token ?? ""}
            change={setToken}
            type="password"
          />
          <p className="soft small">For what is private or gated. Discarded when this dialog closes.</p>
          <HubField
            id="hub-source"
            label="Server"
            value={source}
            change={(text) => setAccess({ source: text.trim(), token })}
            required
          />
        </Fold>
      </div>
      <Button type="submit" disabled={isBusy}>
        Look up
      </Button>
    </form>
  );
}

const LABELS = { model: "Model", "data set": "Data set" };
const FORMS = {
  model: "owner/name, owner/name@revision or owner/name:file.gguf.",
  "data set": "owner/name, owner/name@revision or owner/name:config/split; Parquet files are downloaded.",
};

interface HubFieldProps extends Omit<ComponentProps<"input">, "onChange"> {
  readonly id: string;
  readonly label: string;
  readonly change: (value: string) => void;
}

function HubField({ label, change, ...attributes }: HubFieldProps) {
  return (
    <div>
      <label className="setup__label" htmlFor={attributes.id}>
        {label}
      </label>
      <input
        {...attributes}
        className="field"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change(event.target.value)}
      />
    </div>
  );
}
