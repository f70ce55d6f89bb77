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
import { Fold } from "../Fold.tsx";
import { Icon } from "../Icon.tsx";
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
    <div className="setup__part">
      <div className="setup__label setup__settings-head">
        <h3>Hyperparameters</h3>
        <button
          type="button"
          className="button button--plain button--small"
          disabled={isLocked}
          title="Apply the authors' settings, including the bugs in their code that affect results"
          onClick={() => lab.settings.setState({ texts: withPaperPreset(texts) })}
        >
          Paper preset
        </button>
        <button
          type="button"
          className="button button--plain button--small"
          disabled={isLocked || !hasChanges}
          onClick={() => lab.settings.setState({ texts: DEFAULT_SETTINGS.texts })}
        >
          <Icon name="reset" />
          Reset all
        </button>
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
            name={name}
            text={texts[name]}
            problem={problems.get(name) ?? null}
            isLocked={isLocked}
          />
        ))}
      </Fold>
    </div>
  );
}
