import type { LoadedDataset } from "../../store/setup/dataset.ts";
import { changeOptions, changeRole, ROLES, valueText } from "../../store/setup/userFiles.ts";
import { framedTurns, promptOf } from "../../rl/contracts/prompt.ts";
import { usePage, useSettings } from "../page.tsx";
import { Select } from "../Select.tsx";
import { FirstRows } from "./FirstRows.tsx";
import { RowNumbers } from "./RowNumbers.tsx";

interface DatasetMappingProps {
  readonly loaded: LoadedDataset;
  /** Whether the files are being read again. */
  readonly isReading: boolean;
  readonly isLocked: boolean;
}

/** How the user's files were read: the rows, the role of every column, and the first prompts with their ground truth. */
export function DatasetMapping({ loaded, isReading, isLocked }: DatasetMappingProps) {
  const { lab } = usePage();
  const { splits, split, columns, firstRows } = loaded.reading;
  return (
    <section className="stack" aria-labelledby="mapping-title" data-testid="dataset-mapping">
      <div className="mapping__head">
        <h3 id="mapping-title">Columns and prompts</h3>
        <span className="soft small" role="status">
          {isReading && "Reading…"}
        </span>
      </div>
      {splits.length > 0 && (
        <label className="mapping__split">
          Split
          <Select
            value={split}
            disabled={isLocked}
            options={splits.map((name) => [name, name] as const)}
            choose={(name) => void changeOptions(lab, { split: name })}
          />
        </label>
      )}
      <RowNumbers isLocked={isLocked} />
      <FirstRows columns={columns.map(({ name }) => name)} firstRows={firstRows} />
      <Columns columns={columns} isLocked={isLocked} />
      <Prompts loaded={loaded} />
    </section>
  );
}

/** Option value of a column that is left out. */
const LEFT_OUT = "";

interface ColumnsProps {
  readonly columns: LoadedDataset["reading"]["columns"];
  readonly isLocked: boolean;
}

function Columns({ columns, isLocked }: ColumnsProps) {
  return (
    <div className="mapping__scroll" role="region" aria-label="Columns" tabIndex={0}>
      <table className="mapping__table small">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Role</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
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

interface GroundTruthProps {
  readonly truth: string | null;
  /** The value in the file. */
  readonly stated: string;
}

/** The ground truth, and the value it was read from where that differs. */
function GroundTruth({ truth, stated }: GroundTruthProps) {
  return (
    <>
      Ground truth: <strong>{truth ?? "none"}</strong>
      {stated !== "" && stated !== truth && (
        <>
          {" "}
          from <code className="mapping__stated">{stated}</code>
        </>
      )}
    </>
  );
}

function Prompts({ loaded }: { readonly loaded: LoadedDataset }) {
  const frame = useSettings(({ prompt }) => prompt);
  const { questions, answerKey, statedTruths } = loaded.reading;
  return (
    <ol className="stack" aria-label="First prompts">
      {questions.slice(0, PROMPTS_SHOWN).map((question, i) => (
        <li key={question.id} className="mapping__prompt small">
          <div className="mapping__turns" role="region" aria-label={`Prompt ${question.id}`} tabIndex={0}>
            {framedTurns(promptOf(question), frame).map(({ role, content }, turn) => (
              <p key={turn}>
                <strong>{role}</strong> {content}
              </p>
            ))}
          </div>
          <p>
            <GroundTruth truth={answerKey.get(question.id) ?? null} stated={valueText(statedTruths[i])} />
          </p>
        </li>
      ))}
    </ol>
  );
}
