/** Short words about what was done or failed, read out to those who do not see them. */
import { Check, CircleAlert, X } from "lucide-react";
import { type ReactNode, useSyncExternalStore } from "react";
import { asProblem } from "../services/problem.ts";
import { Button, IconButton } from "./button.tsx";

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "failed";
  readonly text: string;
  readonly more?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const MOST = 4;
const SECONDS = 8;
const watchers = new Set<() => void>();
let toasts: readonly Toast[] = [];
let last = 0;

const set = (next: readonly Toast[]): void => {
  toasts = next;
  for (const tell of watchers) tell();
};

export const dismiss = (id: number): void => set(toasts.filter((toast) => toast.id !== id));

const add = (toast: Omit<Toast, "id">): number => {
  last += 1;
  const id = last;
  set([...toasts, { ...toast, id }].slice(-MOST));
  return id;
};

type Action = NonNullable<Toast["action"]>;

/** It goes by itself after some seconds; give an undo where there is one. */
export const sayDone = (text: string, action?: Action): void => {
  const id = add({ kind: "done", text, ...(action && { action }) });
  setTimeout(() => dismiss(id), SECONDS * 1_000);
};

/** It stays until somebody has seen it. */
export const sayFailed = (error: unknown, retry?: () => void): void => {
  const problem = asProblem(error);
  add({ kind: "failed", text: problem.message, more: problem.next, ...(retry && { action: { label: "Try again", run: retry } }) });
};

const subscribe = (tell: () => void): (() => void) => {
  watchers.add(tell);
  return () => void watchers.delete(tell);
};

const Row = ({ toast, children }: { readonly toast: Toast; readonly children: ReactNode }) => (
  <li className="flex items-start gap-3 rounded-md border border-line bg-raised p-3 rise">
    {toast.kind === "done" ? (
      <Check aria-hidden size={16} className="mt-0.5 shrink-0 text-completed" />
    ) : (
      <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-failed" />
    )}
    {children}
  </li>
);

/** Stands once, at the end of the page. */
export const Toasts = () => {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-3 bottom-16 z-20 ml-auto max-w-100 sm:bottom-4">
      <ul aria-label="What was done" className="flex flex-col gap-2 [&>li]:pointer-events-auto">
        {shown.map((toast) => (
          <Row key={toast.id} toast={toast}>
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{toast.text}</p>
              {toast.more && <p className="text-13 break-words text-soft">{toast.more}</p>}
            </div>
            {toast.action && (
              <Button
                small
                onClick={() => {
                  dismiss(toast.id);
                  toast.action?.run();
                }}
              >
                {toast.action.label}
              </Button>
            )}
            <IconButton small label="Dismiss" icon={<X aria-hidden size={14} />} onClick={() => dismiss(toast.id)} />
          </Row>
        ))}
      </ul>
    </div>
  );
};
