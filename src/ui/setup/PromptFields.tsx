import { useState } from "react";
import { templateArgs } from "../../rl/contracts/prompt.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import { PAPER_SUFFIX } from "../../store/setup/settings.ts";
import { Button } from "../Button.tsx";
import { Fold } from "../Fold.tsx";
import { usePage, useSettings } from "../page.tsx";

/** System prompt and suffix of every question, which some models need to box their answers, and the chat template. */
export function PromptFields({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const prompt = useSettings((settings) => settings.prompt);
  const change = (changed: PromptFrame) => lab.settings.setState({ prompt: changed });
  const { template = "", templateArgs: args, ...rest } = prompt;
  const isSet = prompt.system + prompt.suffix + template !== "" || args !== undefined;
  const field = (id: string, label: string, value: string, onText: (text: string) => void) => (
    <TextField {...{ id, label, value, isLocked, onText }} />
  );
  return (
    <div className="setup__part stack">
      <Fold title="Prompt" state={isSet && "changed"}>
        {field("system", "System prompt", prompt.system, (system) => change({ ...prompt, system }))}
        {field("suffix", "Suffix of every question", prompt.suffix, (suffix) =>
          change({ ...prompt, suffix }),
        )}
        <Button look="small" disabled={isLocked} onClick={() => change({ ...prompt, suffix: PAPER_SUFFIX })}>
          Use the paper's suffix
        </Button>
        {field("template", "Chat template in place of the model's own (Jinja)", template, (text) =>
          change({ ...rest, ...(args && { templateArgs: args }), ...(text !== "" && { template: text }) }),
        )}
        <TemplateArguments {...{ prompt, isLocked, change }} />
      </Fold>
    </div>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly isLocked: boolean;
  readonly onText: (text: string) => void;
}

function TextField({ id, label, value, isLocked, onText }: TextFieldProps) {
  return (
    <div className="prompt__field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="field"
        rows={3}
        value={value}
        disabled={isLocked}
        onChange={(event) => onText(event.target.value)}
      />
    </div>
  );
}

interface ArgumentsProps {
  readonly prompt: PromptFrame;
  readonly isLocked: boolean;
  readonly change: (prompt: PromptFrame) => void;
}

/** One argument a line, as on the command line. The last complete text counts. */
function TemplateArguments({ prompt, isLocked, change }: ArgumentsProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { templateArgs: args = {}, ...rest } = prompt;
  const shown = Object.entries(args).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const onText = (text: string) => {
    setTyped(text);
    try {
      const lines = text.split("\n").filter((line) => line.trim() !== "");
      change({ ...rest, ...(lines.length > 0 && { templateArgs: templateArgs(lines) }) });
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const label = "Template arguments, one name=value a line, such as enable_thinking=false";
  return (
    <>
      <TextField {...{ id: "template-args", label, value: typed ?? shown.join("\n"), isLocked, onText }} />
      {problem !== null && <p role="alert">{problem}</p>}
    </>
  );
}
