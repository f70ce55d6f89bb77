import { useState, type ComponentProps, type SyntheticEvent } from "react";
import { useStore } from "zustand";
import { PUBLIC_HUB } from "../../store/hub.ts";
import { Button } from "../Button.tsx";
import { Dialog } from "../dialogs/Dialog.tsx";
import { Fold } from "../Fold.tsx";
import { usePage } from "../page.tsx";
import { HubTaskView } from "./HubTaskView.tsx";
import { StoredModels } from "./StoredModels.tsx";
import "./hub.css";

/** Downloads models from the Hub and lists those stored in this browser. */
export function HubDialog() {
  const { lab } = usePage();
  const task = useStore(lab.hub, (state) => state.task);
  const [token, setToken] = useState(""); // discarded when the dialog closes
  return (
    <Dialog title="Hugging Face Hub">
      <div className="stack stack--wide">
        <HubForm isBusy={task.status === "looking" || task.status === "fetching"} {...{ token, setToken }} />
        <HubTaskView task={task} onFetch={() => lab.hub.fetch(token.trim() || null)} />
        <StoredModels />
      </div>
    </Dialog>
  );
}

interface HubFormProps {
  readonly isBusy: boolean;
  readonly token: string;
  readonly setToken: (token: string) => void;
}

function HubForm({ isBusy, token, setToken }: HubFormProps) {
  const { lab } = usePage();
  const [id, setId] = useState("");
  const [source, setSource] = useState(PUBLIC_HUB);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    lab.hub.lookUp(id, source.trim(), token.trim() || null);
  };
  return (
    <form className="hub__form stack stack--wide" onSubmit={submit}>
      <HubField id="hub-id" label="Model" value={id} change={setId} required />
      <p className="soft small">
        owner/name, owner/name@revision or owner/name:file.gguf. The page contacts another server only to look
        up and download models.
      </p>
      <div>
        <Fold title="Access token and server">
          <HubField id="hub-token" label="Access token" value={token} change={setToken} type="password" />
          <p className="soft small">For private and gated models. Discarded when this dialog closes.</p>
          <HubField id="hub-source" label="Server" value={source} change={setSource} required />
        </Fold>
      </div>
      <Button type="submit" disabled={isBusy}>
        Look up
      </Button>
    </form>
  );
}

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
