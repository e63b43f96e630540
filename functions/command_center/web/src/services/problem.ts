/** What went wrong, why, and what to do next: problem details (RFC 9457) with REX's `code` and `next`. */
export interface FieldError {
  readonly field: string;
  readonly problem: string;
}

export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly next: string;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, detail: string, next: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.next = next;
    this.errors = errors;
  }

  /** Whether the same request may succeed in a moment: no answer, too slow, too many, or a fault of the other side. */
  get passes(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export const unreachable = (): Problem =>
  new Problem(
    0,
    "unreachable",
    "REX cannot be reached.",
    "Check your connection; what you did was not sent, or its answer was lost. Try again.",
  );

export const signedOut = (): Problem =>
  new Problem(401, "signed_out", "Your session has ended.", "Sign in again; you come back to this page.");

const UNREADABLE = "Try again in a moment; if it stays so, tell whoever runs this deployment.";

/** What to do next on this page, where the API says it for those who write requests. */
const HERE: Record<string, string> = {
  not_a_member: "Ask its owner to add you, or sign out and in again to act for your own account.",
  mission_not_found: "It was deleted, or it belongs to another account.",
};

interface Body {
  readonly code?: string;
  readonly detail?: string;
  readonly next?: string;
  readonly errors?: readonly FieldError[];
  /** As PostgREST names them: what happened, the code, what to do next. */
  readonly message?: string;
  readonly details?: string;
  readonly hint?: string;
}

/** The problem an answer tells, whether of a route or of PostgREST; an answer that is neither says its status. */
export const readProblem = async (answer: Response): Promise<Problem> => {
  const body = (await answer.json().catch(() => ({}))) as Body;
  if (body.detail !== undefined)
    return new Problem(
      answer.status,
      body.code ?? "unknown",
      body.detail,
      HERE[body.code ?? ""] ?? body.next ?? UNREADABLE,
      body.errors ?? [],
    );
  if (body.message !== undefined)
    return new Problem(
      answer.status,
      body.details ?? body.code ?? "unknown",
      body.message,
      HERE[body.details ?? ""] ?? body.hint ?? UNREADABLE,
    );
  return new Problem(answer.status, "unknown", `The answer was ${answer.status}.`, UNREADABLE);
};

/** Any error as a problem; what is none is a fault of the page itself. */
export const asProblem = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : new Problem(-1, "page_fault", "The page made a mistake.", "Reload the page; nothing that was saved is lost.");
