/** Which domains are listed, and how; pure. */
import type { DomainFilter } from "../../services/domains.ts";

export const STATUSES = ["pending_verification", "warming", "active", "rotated", "retired"] as const;
export const SORTS = ["domain", "reputation", "-created_at"] as const;

/** What the list asks for, of what its address says. */
export const filterOf = ({ q, status, sort, after }: DomainFilter & { readonly after?: string | undefined }): DomainFilter => ({
  q: q?.trim().toLowerCase() || undefined,
  status,
  sort,
  cursor: after,
});
