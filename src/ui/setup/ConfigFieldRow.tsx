import { CONFIG_FIELDS, type ChoiceField, type ConfigField, type NumberField } from "../../rl/ttrlConfig.ts";
import { defaultText, isChanged, type ConfigName } from "../../store/setup/settings.ts";
import { count, quantity } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { usePage } from "../page.tsx";

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
  const control = { name, text, problem, isLocked, change };
  return (
    <div className="row" data-changed={isChanged(name, text)}>
      <label className="row__label" htmlFor={`config-${name}`}>
        {field.label}
      </label>
      {isChanged(name, text) && (
        <button
          type="button"
          className="button button--plain button--small row__reset"
          disabled={isLocked}
          title={`Reset to ${defaultText(name)}`}
          onClick={() => change(defaultText(name))}
        >
          <Icon name="reset" />
          <span className="unseen">Reset {field.label}</span>
        </button>
      )}
      {field.kind === "choice" ? (
        <ChoiceControl field={field} {...control} />
      ) : (
        <NumberControl field={field} {...control} />
      )}
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
  if (field.kind === "choice") return `Default ${field.default}.`;
  const text = field.kind === "integer" ? count : quantity;
  return `Default ${text(field.default)}, range ${text(field.min)} to ${text(field.max)}.`;
}

interface ControlProps<Field> extends ConfigFieldRowProps {
  readonly field: Field;
  readonly change: (text: string) => void;
}

function describedBy(name: ConfigName, problem: string | null): string {
  return problem === null ? `about-${name}` : `problem-${name} about-${name}`;
}

function NumberControl({ field, name, text, problem, isLocked, change }: ControlProps<NumberField>) {
  return (
    <span className="row__control">
      <input
        id={`config-${name}`}
        className="field row__number"
        type="text"
        inputMode={field.kind === "integer" ? "numeric" : "decimal"}
        autoComplete="off"
        spellCheck={false}
        value={text}
        disabled={isLocked}
        aria-invalid={problem !== null}
        aria-describedby={describedBy(name, problem)}
        onChange={(event) => change(event.target.value)}
      />
      <span className="soft small row__unit">{field.unit}</span>
    </span>
  );
}

function ChoiceControl({ field, name, text, problem, isLocked, change }: ControlProps<ChoiceField>) {
  const choices = field.choices.includes(text) ? field.choices : [text, ...field.choices];
  return (
    <span className="row__control">
      <select
        id={`config-${name}`}
        className="field"
        value={text}
        disabled={isLocked}
        aria-invalid={problem !== null}
        aria-describedby={describedBy(name, problem)}
        onChange={(event) => change(event.target.value)}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </span>
  );
}
