/** Something a person does: one key for it however often it is tried, the screen changed at once where it can be, and put back if it fails. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sayDone, sayFailed } from "../ui/toasts.tsx";
import { newKey } from "./http.ts";
import { asProblem } from "./problem.ts";

interface Action<Input, Answer> {
  /** Sends it; the key names this one deed. */
  readonly run: (input: Input, key: string) => Promise<Answer>;
  /** Shows it as done; returns how to take that back. */
  readonly show?: (input: Input) => () => void;
  /** What to say when it is done; null says nothing. */
  readonly done?: (answer: Answer, input: Input) => string | null;
  readonly after?: (answer: Answer, input: Input) => unknown;
  /** Failures are told by whoever shows `error`, as a form does, and not by a toast. */
  readonly quiet?: boolean;
}

interface Deed<Input> {
  readonly input: Input;
  readonly key: string;
}

const STALE = [403, 404, 409];

export const useAction = <Input, Answer>({ run, show, done, after, quiet }: Action<Input, Answer>) => {
  const client = useQueryClient();
  const mutation = useMutation<Answer, Error, Deed<Input>, (() => void) | undefined>({
    mutationFn: ({ input, key }) => run(input, key),
    onMutate: ({ input }) => show?.(input),
    onSuccess: (answer, { input }) => {
      const text = done?.(answer, input);
      if (text) sayDone(text);
      return after?.(answer, input);
    },
    onError: (error, deed, undo) => {
      undo?.();
      // What is refused as things are now was offered as they were before.
      const problem = asProblem(error);
      if (STALE.includes(problem.status)) void client.invalidateQueries();
      // What is refused is refused again.
      if (!quiet) sayFailed(error, problem.passes ? () => mutation.mutate(deed) : undefined);
    },
  });
  return {
    start: (input: Input): void => mutation.mutate({ input, key: newKey() }),
    /** The same deed again, under the same key. */
    again: (): void => {
      if (mutation.variables) mutation.mutate(mutation.variables);
    },
    busy: mutation.isPending,
    error: mutation.error,
    answer: mutation.data,
    reset: mutation.reset,
  };
};
