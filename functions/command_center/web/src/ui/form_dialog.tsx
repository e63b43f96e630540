/** A dialog with a form in it: what was typed there and not saved is given up only when a person says so. */
import { type ReactNode, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Touched } from "./touched.ts";
import { Unsaved } from "./unsaved.tsx";

interface FormDialogProps {
  readonly title: string;
  readonly wide?: boolean;
  readonly onClose: () => void;
  /** The form; `close` is for when it is saved. */
  readonly children: (close: () => void) => ReactNode;
}

const GivingUp = ({ onStay, onClose }: { readonly onStay: () => void; readonly onClose: () => void }) => (
  <Dialog
    title="Close without saving?"
    onClose={onStay}
    actions={
      <>
        <Button onClick={onStay}>Keep editing</Button>
        <Button look="danger" onClick={onClose}>
          Close without saving
        </Button>
      </>
    }
  >
    <p className="text-soft">What you typed here is lost.</p>
  </Dialog>
);

export const FormDialog = ({ title, wide, onClose, children }: FormDialogProps) => {
  // Read when it is closed, which may be in the same moment as the saving.
  const unsaved = useRef(false);
  const [touched, setTouched] = useState(false);
  const [asking, setAsking] = useState(false);
  const touch = (): void => {
    unsaved.current = true;
    setTouched(true);
  };
  const close = (): void => {
    unsaved.current = false;
    onClose();
  };
  return (
    <Touched value={touch}>
      <Dialog title={title} onClose={() => (unsaved.current ? setAsking(true) : close())} {...(wide && { wide })}>
        {children(close)}
      </Dialog>
      <Unsaved parts={touched ? [title] : []} still={() => unsaved.current} />
      {asking && <GivingUp onStay={() => setAsking(false)} onClose={close} />}
    </Touched>
  );
};
