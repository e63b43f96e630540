/** Ways to look at missions: some that everybody has, and a person's own, which the browser keeps. */
import { useQueries } from "@tanstack/react-query";
import { Bookmark, X } from "lucide-react";
import { useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { missionCountQuery, missionCountsKey } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField, textOf } from "../../ui/form.tsx";
import { formatCapped } from "../../ui/formats.ts";
import { MOST_VIEWS, readViews, type SavedView, writeViews } from "./kept_views.ts";
import { filterOf, type Search, VIEWS, writeSearch } from "./search.ts";

interface SavedViewsProps {
  readonly search: Search;
  readonly onGo: (search: Search) => void;
}

/** Counts are read again less often than rows: each looks at up to 10,000 missions. */
const GAP = 2_000;

/** How many missions each view that everybody has shows, in words, by its name; those unknown yet are missing. */
const useCounts = (): ReadonlyMap<string, string> => {
  const counts = useQueries({ queries: VIEWS.map(({ search }) => missionCountQuery(filterOf(search, new Date()))) });
  useLiveQueries(["missions"], [missionCountsKey], GAP);
  return new Map(VIEWS.flatMap(({ name }, at) => (counts[at]?.data ? [[name, formatCapped(counts[at].data.missions)]] : [])));
};

export const SavedViews = ({ search, onGo }: SavedViewsProps) => {
  const [own, setOwn] = useState(readViews);
  const [naming, setNaming] = useState(false);
  const counts = useCounts();
  const written = writeSearch(search);
  const keep = (views: readonly SavedView[]): void => {
    writeViews(views);
    setOwn(views);
  };
  const known = [...VIEWS, ...own].some((view) => writeSearch(view.search) === written);
  return (
    <nav aria-label="Views of missions" className="flex flex-wrap items-center gap-1">
      {[...VIEWS, ...own].map((view) => {
        const here = writeSearch(view.search) === written;
        return (
          <span key={view.name} className="inline-flex">
            <button
              type="button"
              aria-current={here || undefined}
              onClick={() => onGo({ ...view.search, sort: search.sort })}
              className={classes(
                "min-h-8 rounded-md px-3 text-13 font-medium",
                here ? "bg-accent-wash text-accent" : "text-soft hover:bg-sunken",
              )}
            >
              {view.name}
              {counts.has(view.name) && !own.includes(view as SavedView) && (
                <span className="ml-1.5 text-12 font-normal tabular-nums">{counts.get(view.name)}</span>
              )}
            </button>
            {own.includes(view as SavedView) && (
              <button
                type="button"
                aria-label={`Forget the view ${view.name}`}
                onClick={() => keep(own.filter((each) => each !== view))}
                className="min-w-6 rounded-md px-1 text-faint hover:bg-sunken"
              >
                <X aria-hidden size={12} />
              </button>
            )}
          </span>
        );
      })}
      {!known && (
        <Button
          small
          look="quiet"
          icon={<Bookmark aria-hidden size={14} />}
          unavailable={own.length >= MOST_VIEWS && `${MOST_VIEWS} views are the most: forget one first.`}
          onClick={() => setNaming(true)}
        >
          Save this view
        </Button>
      )}
      {naming && (
        <Dialog title="Save this view" onClose={() => setNaming(false)}>
          <Form
            action="Save"
            busy={false}
            error={null}
            fields={["name"]}
            onSubmit={(typed) => {
              keep([...own.filter(({ name }) => name !== textOf(typed, "name")), { name: textOf(typed, "name") ?? written, search }]);
              setNaming(false);
            }}
          >
            <TextField label="Name" name="name" required maxLength={40} />
          </Form>
        </Dialog>
      )}
    </nav>
  );
};
