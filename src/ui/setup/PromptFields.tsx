import { PAPER_SUFFIX } from "../../store/setup/settings.ts";
import { Button } from "../Button.tsx";
import { Fold } from "../Fold.tsx";
import { usePage, useSettings } from "../page.tsx";

/** System prompt and suffix of every question, which some models need to box their answers. */
export function PromptFields({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const prompt = useSettings((settings) => settings.prompt);
  const isSet = prompt.system + prompt.suffix !== "";
  const field = (name: "system" | "suffix", label: string) => (
    <div className="prompt__field">
      <label htmlFor={name}>{label}</label>
      <textarea
        id={name}
        className="field"
        rows={3}
        value={prompt[name]}
        disabled={isLocked}
        onChange={(event) => lab.settings.setState({ prompt: { ...prompt, [name]: event.target.value } })}
      />
    </div>
  );
  return (
    <div className="setup__part stack">
      <Fold title="Prompt" state={isSet && "changed"}>
        {field("system", "System prompt")}
        {field("suffix", "Suffix of every question")}
        <Button
          look="small"
          disabled={isLocked}
          onClick={() => lab.settings.setState({ prompt: { ...prompt, suffix: PAPER_SUFFIX } })}
        >
          Use the paper's suffix
        </Button>
      </Fold>
    </div>
  );
}
