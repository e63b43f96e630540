/** One line to search in, which can be copied and shared; what it was understood as stands below it as chips. */
import { X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Field } from "../../ui/field.tsx";
import { formatName, shortenId } from "../../ui/formats.ts";
import { NAMES, parseSearch, type Search, suggest, writeSearch } from "./search.ts";

const CALM = 250;

const shown = (name: (typeof NAMES)[number], value: string): string => {
  if (name === "campaign") return shortenId(value);
  return name === "domain" ? value : value.split(",").map(formatName).join(", ");
};

interface SearchFieldProps {
  readonly search: Search;
  readonly onGo: (search: Search) => void;
  /** What is typed changes the address without a way back to each letter. */
  readonly onType: (search: Search) => void;
}

export const SearchField = ({ search, onGo, onType }: SearchFieldProps) => {
  const written = writeSearch(search);
  const [text, setText] = useState(written);
  const latest = useRef(onType);
  const list = useId();
  useEffect(() => {
    latest.current = onType;
  });
  useEffect(() => setText(written), [written]);
  useEffect(() => {
    if (text === written) return;
    const timer = setTimeout(() => {
      if (writeSearch(parseSearch(text)) !== written) latest.current(parseSearch(text));
    }, CALM);
    return () => clearTimeout(timer);
  }, [text, written]);
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Search"
        type="search"
        value={text}
        placeholder="An id, a lead's address, state:failed"
        list={list}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        spellCheck={false}
      />
      <datalist id={list}>
        {suggest(text).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <ul aria-label="Filters" className="flex flex-wrap gap-1.5 empty:hidden">
        {NAMES.filter((name) => search[name]).map((name) => (
          <li key={name}>
            <button
              type="button"
              title="Remove this filter"
              onClick={() => onGo({ ...search, [name]: undefined })}
              className="inline-flex min-h-6 items-center gap-1 rounded-sm bg-accent-wash px-2 text-12 text-accent"
            >
              {formatName(name)}: {shown(name, search[name] ?? "")}
              <X aria-hidden size={12} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
};
