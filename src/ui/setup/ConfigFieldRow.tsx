import { CONFIG_FIELDS, type ConfigField } from "../../rl/ttrlConfig.ts";
import { defaultText, isChanged, type ConfigName } from "../../store/setup/settings.ts";
import { Button } from "../Button.tsx";
import { count, quantity } from "../format.ts";
import { usePage } from "../page.tsx";
import { Select } from "../Select.tsx";

interface ConfigFieldRowProps {
  readonly name: ConfigName;
  readonly text: string;
  readonly problem: string | null;
  readonly isLocked: boolean;
}

/** The control of a hyperparameter with its description and validation error. */
export function ConfigFieldRow({ name, text, problem, isLocked }: ConfigFieldRowProps) {
  const { lab } = usePage();
  const field: ConfigField = CONFIG_FIELDS[name];
  const change = (next: string): void =>
    lab.settings.setState(({ texts }) => ({ texts: { ...texts, [name]: next } }));
  const attributes = {
    id: `config-${name}`,
    value: text,
    disabled: isLocked,
    "aria-invalid": problem !== null,
    "aria-describedby": problem === null ? `about-${name}` : `problem-${name} about-${name}`,
  };
  return (
    <div className="row" data-changed={isChanged(name, text)}>
      <label className="row__label" htmlFor={attributes.id}>
        {field.label}
      </label>
      {isChanged(name, text) && (
        <Button
          look="plain small"
          className="row__reset"
          icon="reset"
          hiddenName={`Reset ${field.label}`}
          disabled={isLocked}
          title={`Reset to ${defaultText(name)}`}
          onClick={() => change(defaultText(name))}
        />
      )}
      <Control {...{ field, change, attributes }} />
      {problem !== null && (
        <p className="row__text small problem" id={`problem-${name}`}>
          {problem}
        </p>
      )}
      <p className="row__text small soft" id={`about-${name}`}>
        {field.meaning} {rangeText(field)}
      </p>
    </div>
  );
}

/** "Default 16, range 1 to 1,024." */
function rangeText(field: ConfigField): string {
  if (field.kind === "choice" || field.kind === "text") return `Default ${field.default}.`;
  const text = field.kind === "integer" ? count : quantity;
  return `Default ${text(field.default)}, range ${text(field.min)} to ${text(field.max)}.`;
}

interface ControlProps {
  readonly field: ConfigField;
  readonly change: (text: string) => void;
  readonly attributes: { readonly id: string; readonly value: string; readonly disabled: boolean };
}

const INPUT_MODES = { integer: "numeric", number: "decimal", text: "text" } as const;

function Control({ field, change, attributes }: ControlProps) {
  if (field.kind === "choice") {
    const { value } = attributes;
    const choices = field.choices.includes(value) ? field.choices : [value, ...field.choices];
    const options = choices.map((choice) => [choice, choice] as const);
    return (
      <span className="row__control">
        <Select options={options} choose={change} {...attributes} />
      </span>
    );
  }
  return (
    <span className="row__control">
      <input
        {...attributes}
        className={field.kind === "text" ? "field" : "field row__number"}
        type="text"
        inputMode={INPUT_MODES[field.kind]}
        list={field.kind === "text" ? `${attributes.id}-examples` : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => change(event.target.value)}
      />
      {field.kind === "text" ? (
        <datalist id={`${attributes.id}-examples`}>
          {field.examples.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
      ) : (
        <span className="soft small row__unit">{field.unit}</span>
      )}
    </span>
  );
}
