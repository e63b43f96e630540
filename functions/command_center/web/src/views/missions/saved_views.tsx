/** Ways to look at missions: some that everybody has, and a person's own, which the browser keeps. */
import { useQueries } from "@tanstack/react-query";
import { Bookmark, RotateCcw, Save, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useLiveQueries } from "../../live/use_live.ts";
import { missionCountQuery, missionCountsKey } from "../../services/missions.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField, textOf } from "../../ui/form.tsx";
import { formatCapped } from "../../ui/formats.ts";
import { isAs, MOST_VIEWS, readViews, type SavedView, withView, writeViews } from "./kept_views.ts";
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

interface ViewProps {
  readonly here: boolean;
  readonly onGo: () => void;
  readonly children: ReactNode;
}

const View = ({ here, onGo, children }: ViewProps) => (
  <button
    type="button"
    aria-current={here || undefined}
    onClick={onGo}
    className={classes("min-h-8 rounded-md px-3 text-13 font-medium", here ? "bg-accent-wash text-accent" : "text-soft hover:bg-sunken")}
  >
    {children}
  </button>
);

const NameView = ({ onName, onClose }: { readonly onName: (name: string) => void; readonly onClose: () => void }) => (
  <Dialog title="Save this view" onClose={onClose}>
    <Form action="Save" busy={false} error={null} fields={["name"]} onSubmit={(typed) => onName(textOf(typed, "name") ?? "")}>
      <TextField label="Name" name="name" required maxLength={40} hint="One of this name is replaced." />
    </Form>
  </Dialog>
);

export const SavedViews = ({ search, onGo }: SavedViewsProps) => {
  const [own, setOwn] = useState(readViews);
  const [naming, setNaming] = useState(false);
  const counts = useCounts();
  const written = writeSearch(search);
  const begun = own.find(({ name }) => name === search.view);
  const edited = begun && !isAs(begun, search) ? begun : null;
  const known = begun ? !edited : VIEWS.some((view) => writeSearch(view.search) === written);
  // Another tab may have kept some since.
  const keep = (change: (views: readonly SavedView[]) => readonly SavedView[]): void => {
    writeViews(change(readViews()));
    setOwn(readViews());
  };
  const show = (view: SavedView): void => onGo({ sort: undefined, ...view.search, view: view.name });
  const save = (name: string): void => {
    const view = { name, search: { ...search, view: undefined } };
    keep((views) => withView(views, view));
    show(view);
  };
  return (
    <nav aria-label="Views of missions" className="flex flex-wrap items-center gap-1">
      {VIEWS.map((view) => (
        <View
          key={view.name}
          here={!begun && writeSearch(view.search) === written}
          onGo={() => onGo({ ...view.search, sort: search.sort, view: undefined })}
        >
          {view.name}
          {counts.has(view.name) && <span className="ml-1.5 text-12 font-normal tabular-nums">{counts.get(view.name)}</span>}
        </View>
      ))}
      {own.map((view) => (
        <span key={view.name} className="inline-flex min-w-0">
          <View here={view === begun} onGo={() => show(view)}>
            <span className="break-words">{view.name}</span>
            {view === edited && <span className="ml-1.5 text-12 font-normal">edited</span>}
          </View>
          <button
            type="button"
            aria-label={`Forget the view ${view.name}`}
            onClick={() => keep((views) => views.filter(({ name }) => name !== view.name))}
            className="min-w-6 rounded-md px-1 text-faint hover:bg-sunken"
          >
            <X aria-hidden size={12} />
          </button>
        </span>
      ))}
      {edited && (
        <>
          <Button small icon={<Save aria-hidden size={14} />} onClick={() => save(edited.name)}>
            Save
          </Button>
          <Button small look="quiet" icon={<RotateCcw aria-hidden size={14} />} onClick={() => show(edited)}>
            Reset
          </Button>
        </>
      )}
      {!known && (
        <Button
          small
          look="quiet"
          icon={<Bookmark aria-hidden size={14} />}
          unavailable={own.length >= MOST_VIEWS && `${MOST_VIEWS} views are the most: forget one first.`}
          onClick={() => setNaming(true)}
        >
          {edited ? "Save as another" : "Save this view"}
        </Button>
      )}
      {naming && (
        <NameView
          onName={(name) => {
            save(name);
            setNaming(false);
          }}
          onClose={() => setNaming(false)}
        />
      )}
    </nav>
  );
};
