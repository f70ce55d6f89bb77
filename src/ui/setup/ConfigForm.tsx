import { useMemo } from "react";
import { CONFIG_FIELDS, CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import {
  DEFAULT_SETTINGS,
  isChanged,
  problemsByField,
  withPaperPreset,
  type ConfigName,
  type Settings,
} from "../../store/setup/settings.ts";
import { Button } from "../Button.tsx";
import { Fold } from "../Fold.tsx";
import { usePage, useSettings } from "../page.tsx";
import { ConfigFieldRow } from "./ConfigFieldRow.tsx";

const GROUPS = [...new Set(CONFIG_NAMES.map((name) => CONFIG_FIELDS[name].group))].map((group) => ({
  group,
  names: CONFIG_NAMES.filter((name) => CONFIG_FIELDS[name].group === group),
}));

/** The hyperparameters in groups. Groups with an invalid setting are expanded. */
export function ConfigForm({ isLocked }: { readonly isLocked: boolean }) {
  const { lab } = usePage();
  const texts = useSettings((settings) => settings.texts);
  const problems = useMemo(() => problemsByField(texts), [texts]);
  const hasChanges = CONFIG_NAMES.some((name) => isChanged(name, texts[name]));
  return (
    <div className="setup__part stack">
      <div className="setup__label setup__settings-head">
        <h3>Hyperparameters</h3>
        <Button
          look="plain small"
          disabled={isLocked}
          title="Apply the authors' settings, including the bugs in their code that affect results"
          onClick={() => lab.settings.setState({ texts: withPaperPreset(texts) })}
        >
          Paper preset
        </Button>
        <Button
          look="plain small"
          icon="reset"
          disabled={isLocked || !hasChanges}
          onClick={() => lab.settings.setState({ texts: DEFAULT_SETTINGS.texts })}
        >
          Reset all
        </Button>
      </div>
      {GROUPS.map(({ group, names }) => (
        <ConfigGroup key={group} group={group} names={names} {...{ texts, problems, isLocked }} />
      ))}
    </div>
  );
}

interface ConfigGroupProps {
  readonly group: string;
  readonly names: readonly ConfigName[];
  readonly texts: Settings["texts"];
  readonly problems: ReadonlyMap<ConfigName, string>;
  readonly isLocked: boolean;
}

function ConfigGroup({ group, names, texts, problems, isLocked }: ConfigGroupProps) {
  const changed = names.filter((name) => isChanged(name, texts[name])).length;
  const invalid = names.filter((name) => problems.has(name)).length;
  const state = invalid > 0 ? <span className="problem">invalid</span> : changed > 0 && `${changed} changed`;
  return (
    <div className="config">
      <Fold title={group} state={state} mustOpen={invalid > 0}>
        {names.map((name) => (
          <ConfigFieldRow
            key={name}
            text={texts[name]}
            problem={problems.get(name) ?? null}
            {...{ name, isLocked }}
          />
        ))}
      </Fold>
    </div>
  );
}
