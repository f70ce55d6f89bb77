import { useState, type SyntheticEvent } from "react";
import { useStore } from "zustand";
import { Button } from "../Button.tsx";
import { usePage } from "../page.tsx";

interface DatasetSearchProps {
  readonly isBusy: boolean;
  readonly onSearch: (words: string) => void;
  readonly onChoose: (id: string) => void;
}

/** Searches the Hub for data sets and lists those found and those opened last. */
export function DatasetSearch({ isBusy, onSearch, onChoose }: DatasetSearchProps) {
  const { lab } = usePage();
  const { found, recent } = useStore(lab.hub);
  const [words, setWords] = useState("");
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onSearch(words);
  };
  return (
    <form className="stack" role="search" onSubmit={submit}>
      <label className="setup__label" htmlFor="hub-search">
        Search data sets
      </label>
      <div className="cluster">
        <input
          id="hub-search"
          type="search"
          className="field hub__search"
          value={words}
          required
          onChange={(event) => setWords(event.target.value)}
        />
        <Button type="submit" disabled={isBusy}>
          Search
        </Button>
      </div>
      {found?.length === 0 && <p className="soft small">No data set was found.</p>}
      <NameList title="Found" names={found ?? []} isBusy={isBusy} onChoose={onChoose} />
      <NameList title="Recent" names={recent} isBusy={isBusy} onChoose={onChoose} />
    </form>
  );
}

interface NameListProps extends Omit<DatasetSearchProps, "onSearch"> {
  readonly title: string;
  readonly names: readonly string[];
}

function NameList({ title, names, isBusy, onChoose }: NameListProps) {
  if (names.length === 0) return null;
  return (
    <div>
      <p className="soft small">{title}</p>
      <ul className="cluster hub__list" aria-label={title}>
        {names.map((name) => (
          <li key={name}>
            <Button look="small" disabled={isBusy} onClick={() => onChoose(name)}>
              {name}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
