import type { LoadedDataset } from "../../store/setup/dataset.ts";
import { changeOptions, changeRole, exampleValue, ROLES } from "../../store/setup/userFiles.ts";
import { framedTurns, promptOf } from "../../rl/contracts/prompt.ts";
import { usePage, useSettings } from "../page.tsx";
import { Select } from "../Select.tsx";

interface DatasetMappingProps {
  readonly loaded: LoadedDataset;
  readonly isLocked: boolean;
}

/** How the user's files were read: the split, the role of every column, and the first prompts with their ground truth. */
export function DatasetMapping({ loaded, isLocked }: DatasetMappingProps) {
  const { lab } = usePage();
  const { splits, split } = loaded.reading;
  return (
    <section className="stack" aria-labelledby="mapping-title" data-testid="dataset-mapping">
      <h3 id="mapping-title">Columns and prompts</h3>
      {splits.length > 0 && (
        <div className="mapping__split">
          <label htmlFor="split">Split</label>
          <Select
            id="split"
            value={split}
            disabled={isLocked}
            options={splits.map((name) => [name, name] as const)}
            choose={(name) => void changeOptions(lab, { split: name })}
          />
        </div>
      )}
      <Columns loaded={loaded} isLocked={isLocked} />
      <Prompts loaded={loaded} />
    </section>
  );
}

/** Option value of a column that is left out. */
const LEFT_OUT = "";

function Columns({ loaded, isLocked }: DatasetMappingProps) {
  return (
    <div className="mapping__scroll" role="region" aria-label="Columns" tabIndex={0}>
      <table className="mapping__table small">
        <thead>
          <tr>
            <th scope="col">Column and a value</th>
            <th scope="col">Role</th>
          </tr>
        </thead>
        <tbody>
          {loaded.reading.columns.map((column) => (
            <tr key={column.name}>
              <th scope="row">
                {column.name}
                <span className="mapping__value">{exampleValue(loaded.reading.firstRows, column.name)}</span>
              </th>
              <td>
                <RoleSelect column={column} isLocked={isLocked} />
                <span className="mapping__reason soft">{column.reason}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RoleSelectProps {
  readonly column: LoadedDataset["reading"]["columns"][number];
  readonly isLocked: boolean;
}

/** The role of a column; a role just chosen is shown before the files are read again. */
function RoleSelect({ column: { name, role }, isLocked }: RoleSelectProps) {
  const { lab } = usePage();
  const map = useSettings(({ datasetOptions }) => datasetOptions.map);
  const chosen = ROLES.find((candidate) => map?.[candidate]?.includes(name));
  const isLeftOut = ROLES.every((candidate) => map?.[candidate] !== undefined); // unless chosen
  return (
    <Select
      aria-label={`Role of ${name}`}
      value={chosen ?? (isLeftOut ? null : role) ?? LEFT_OUT}
      disabled={isLocked}
      options={[...ROLES.map((each) => [each, each] as const), [LEFT_OUT, "left out"]]}
      choose={(value) => void changeRole(lab, name, ROLES.find((each) => each === value) ?? null)}
    />
  );
}

/** Number of composed prompts shown. */
const PROMPTS_SHOWN = 3;

function Prompts({ loaded }: { readonly loaded: LoadedDataset }) {
  const frame = useSettings(({ prompt }) => prompt);
  const { questions, answerKey } = loaded.reading;
  return (
    <ol className="stack" aria-label="First prompts">
      {questions.slice(0, PROMPTS_SHOWN).map((question) => (
        <li key={question.id} className="mapping__prompt small">
          <div className="mapping__turns" role="region" aria-label={`Prompt ${question.id}`} tabIndex={0}>
            {framedTurns(promptOf(question), frame).map(({ role, content }, i) => (
              <p key={i}>
                <strong>{role}</strong> {content}
              </p>
            ))}
          </div>
          <p>
            Ground truth: <strong>{answerKey.get(question.id) ?? "none"}</strong>
          </p>
        </li>
      ))}
    </ol>
  );
}
