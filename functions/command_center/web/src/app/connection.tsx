/** What the page may truthfully say of its connection, in a word, with more on a click. */
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import type { Connection } from "../live/connection.ts";
import { live } from "../live/live.ts";
import { useConnection } from "../live/use_live.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Dialog } from "../ui/dialog.tsx";
import { formatDuration } from "../ui/formats.ts";
import { useNow } from "../ui/time.tsx";

const WORDS: Record<Connection, { readonly word: string; readonly dot: string; readonly means: string }> = {
  connecting: {
    word: "Connecting",
    dot: "bg-queued",
    means: "The page shows what it read when it was opened, and is about to hear of changes.",
  },
  live: { word: "Live", dot: "bg-completed", means: "Changes appear here as they happen." },
  catching_up: { word: "Catching up", dot: "bg-escalated", means: "The connection was interrupted; what was missed is being read." },
  offline: {
    word: "Offline",
    dot: "bg-failed",
    means: "REX does not answer. What you see may be old; the page tries again by itself and misses nothing.",
  },
  ended: { word: "Ended", dot: "bg-failed", means: "This account is not read any more: you are signed out, or no member of it now." },
  paused: { word: "Paused", dot: "bg-queued", means: "You paused updates. What you see stays as it is until you resume." },
};

const Age = ({ heardAt }: { readonly heardAt: number }) => <>{formatDuration(Math.max(1_000, useNow() - heardAt))} ago</>;

export const ConnectionIndicator = () => {
  const { connection, heardAt } = useConnection();
  const [open, setOpen] = useState(false);
  const { word, dot, means } = WORDS[connection];
  const late = connection === "catching_up" || connection === "offline";
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        title={means}
        onClick={() => setOpen(true)}
        className="flex h-8 items-center gap-2 rounded-md px-2 text-13 text-soft hover:bg-sunken hover:text-ink"
      >
        <span aria-hidden className={classes("size-2 rounded-full", dot)} />
        <span role="status">{word}</span>
        {late && heardAt !== null && (
          <span className="text-faint max-sm:hidden">
            <Age heardAt={heardAt} />
          </span>
        )}
      </button>
      {open && (
        <Dialog
          title={`Updates: ${word.toLowerCase()}`}
          onClose={() => setOpen(false)}
          actions={
            connection === "paused" ? (
              <Button icon={<Play aria-hidden size={14} />} onClick={() => live.resume()}>
                Resume updates
              </Button>
            ) : (
              connection !== "ended" && (
                <Button icon={<Pause aria-hidden size={14} />} onClick={() => live.pause()}>
                  Pause updates
                </Button>
              )
            )
          }
        >
          <p className="text-soft">{means}</p>
          {heardAt !== null && (
            <p className="mt-2 text-13 text-faint">
              Last heard <Age heardAt={heardAt} />.
            </p>
          )}
        </Dialog>
      )}
    </>
  );
};
