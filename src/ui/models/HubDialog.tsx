import { useState, type SyntheticEvent } from "react";
import { useStore } from "zustand";
import { PUBLIC_HUB } from "../../store/hub.ts";
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
      <div className="hub">
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
    <form className="hub__form" onSubmit={submit}>
      <HubField name="hub-id" label="Model" value={id} onChange={setId} isRequired />
      <p className="soft small">
        owner/name, owner/name@revision or owner/name:file.gguf. The page contacts another server only to look
        up and download models.
      </p>
      <div>
        <Fold title="Access token and server">
          <HubField name="hub-token" label="Access token" value={token} onChange={setToken} type="password" />
          <p className="soft small">For private and gated models. Discarded when this dialog closes.</p>
          <HubField name="hub-source" label="Server" value={source} onChange={setSource} isRequired />
        </Fold>
      </div>
      <button type="submit" className="button" disabled={isBusy}>
        Look up
      </button>
    </form>
  );
}

interface HubFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "password";
  readonly isRequired?: boolean;
}

function HubField({ name, label, value, onChange, type = "text", isRequired = false }: HubFieldProps) {
  return (
    <div>
      <label className="setup__label" htmlFor={name}>
        {label}
      </label>
      <input
        id={name}
        className="field"
        type={type}
        value={value}
        required={isRequired}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
