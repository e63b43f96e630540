import { Button } from "./button.tsx";

interface OlderProps {
  /** How many stand here, and how many may at most. */
  readonly count: number;
  readonly most: number;
  readonly busy: boolean;
  readonly onMore: () => void;
  /** Where those beyond the most stand. */
  readonly elsewhere?: string;
}

/** The end of a list that holds more: the way to older rows, or why there is none. */
export const Older = ({ count, most, busy, onMore, elsewhere = "" }: OlderProps) =>
  count < most ? (
    <Button small busy={busy} onClick={onMore}>
      Show older
    </Button>
  ) : (
    <p className="text-13 text-soft">{`Only the newest ${most} stand here${elsewhere}.`}</p>
  );
