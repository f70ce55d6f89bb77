/** A form of `ttrl export`: what it writes, and the options that are its own. */
import type { Command, Option } from "commander";
import { InputError } from "../inputError.ts";

/** One of the things that can be written. */
export interface ExportForm {
  /** The exported object, as help and errors name it. */
  readonly subject: string;
  readonly options: readonly Option[];
  /** Names of the options that it cannot do without. */
  readonly required: readonly string[];
  /** Writes what the command's options ask for. */
  readonly write: (command: Command) => Promise<void>;
}

/** The form whose options were given; those of two forms, and a form's without all it requires, are refused. */
export function chosenForm(command: Command, forms: readonly ExportForm[]): ExportForm {
  const [form, other] = forms.filter((form) => given(command, form).length > 0);
  if (form === undefined)
    throw new InputError(`say what to export: ${forms.map((form) => requirement(form)).join(", or ")}`);
  if (other !== undefined)
    throw new InputError(
      `export writes one thing at a time: ${of(command, form)}, ${of(command, other)}; leave one out`,
    );
  const names = given(command, form).map(({ long }) => long);
  const missing = form.required.filter((flag) => !names.includes(flag));
  if (missing.length > 0)
    throw new InputError(
      `${requirement(form)}; ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing`,
    );
  return form;
}

function given(command: Command, { options }: ExportForm): Option[] {
  return options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
}

/** "a model takes --model and --format" */
function requirement({ subject, required }: ExportForm): string {
  return `${subject} takes ${required.join(" and ")}`;
}

/** "--run is of a run's recipe" */
function of(command: Command, form: ExportForm): string {
  const flags = given(command, form).map(({ long }) => long);
  return `${flags.join(", ")} ${flags.length === 1 ? "is" : "are"} of ${form.subject}`;
}
