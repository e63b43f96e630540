/** Asks before what was typed and not saved is left, whether within the page or by closing it. */
import { useBlocker } from "@tanstack/react-router";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface UnsavedProps {
  /** What holds changes that are not saved, as a person calls it; none of them asks nothing. */
  readonly parts: readonly string[];
  /** Whether they are still unsaved when one leaves. */
  readonly still?: () => boolean;
}

export const Unsaved = ({ parts, still = () => true }: UnsavedProps) => {
  const asks = parts.length > 0;
  const leaving = useBlocker({ shouldBlockFn: () => asks && still(), enableBeforeUnload: asks, disabled: !asks, withResolver: true });
  if (leaving.status !== "blocked") return null;
  return (
    <Dialog
      title="Leave without saving?"
      onClose={leaving.reset}
      actions={
        <>
          <Button onClick={leaving.reset}>Stay here</Button>
          <Button look="danger" onClick={leaving.proceed}>
            Leave without saving
          </Button>
        </>
      }
    >
      <p className="text-soft">What you changed under {parts.join(", ")} is lost.</p>
    </Dialog>
  );
};
