/** The way through a list page by page, where a page knows only the one after it. */
import { Button } from "./button.tsx";

interface PagerProps {
  /** Whether this is not the first page. */
  readonly later: boolean;
  readonly onFirst: () => void;
  /** Null on the last page. */
  readonly onNext: (() => void) | null;
}

export const Pager = ({ later, onFirst, onNext }: PagerProps) =>
  (later || onNext !== null) && (
    <nav aria-label="Pages" className="flex flex-wrap gap-2 border-t border-line px-4 py-2">
      <Button small unavailable={!later && "This is the first page."} onClick={onFirst}>
        First page
      </Button>
      <Button small unavailable={onNext === null && "This is the last page."} onClick={() => onNext?.()}>
        Next page
      </Button>
    </nav>
  );
