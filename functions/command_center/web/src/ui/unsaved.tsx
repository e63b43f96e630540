/** Asks before what was typed and not saved is left, whether within the page or by closing it. */
import { useBlocker } from "@tanstack/react-router";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

/** `parts`: what holds changes that are not saved, as a person calls it; none of them asks nothing. */
export const Unsaved = ({ parts }: { readonly parts: readonly string[] }) => {
  const asks = parts.length > 0;
  const leaving = useBlocker({ shouldBlockFn: () => asks, enableBeforeUnload: asks, disabled: !asks, withResolver: true });
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
