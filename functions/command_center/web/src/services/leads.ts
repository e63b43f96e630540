/** Leads come from files; an import can be looked at before, and taken back after. */
import { queryOptions } from "@tanstack/react-query";
import type { Row, Schemas } from "../types/api.ts";
import { api, rpc, select } from "./http.ts";

export type Upload = Partial<Schemas["Upload"]> & { readonly file_name: string };
export type LeadsImported = Schemas["LeadsImported"];

export const importLeads = (upload: Upload, key: string) => api<LeadsImported>("POST", "/leads/import", { body: upload, key });

export const undoImport = (importId: string, key: string) =>
  api<Schemas["ImportUndone"]>("POST", `/leads/imports/${importId}/undo`, { key });

export type Import = Row<"rex_imports", "id" | "file_name" | "created_at" | "added" | "updated" | "undone_at">;

const withAccount = (account: string) => ({ user_id: `eq.${account}` });

/** As many imports as a list of them to choose from holds. */
const MOST_IMPORTS = 200;

/** The newest imports, so many of them. */
export const importsQuery = (account: string, count = MOST_IMPORTS) =>
  queryOptions({
    queryKey: ["leads", "imports", account, count],
    queryFn: ({ signal }) =>
      select<Import>(
        "rex_imports",
        {
          select: "id,file_name,created_at,added,updated,undone_at",
          ...withAccount(account),
          order: "created_at.desc,id.desc",
          limit: count,
        },
        signal,
      ),
  });

export type Lead = Row<
  "rex_leads",
  | "id"
  | "first_name"
  | "last_name"
  | "company"
  | "title"
  | "country"
  | "time_zones"
  | "language"
  | "last_contact_at"
  | "notes"
  | "score"
  | "removed_at"
  | "created_at"
>;

export type Address = Row<
  "rex_lead_addresses",
  "id" | "channel" | "address" | "address_hash" | "consent_basis" | "consent_source" | "consent_at"
>;

export type Origin = Row<"rex_import_rows", "import_id" | "line" | "change">;

export type LeadMessage = Row<
  "rex_outreach",
  "id" | "mission_id" | "step" | "channel" | "state" | "reason" | "subject" | "due_at" | "handed_over_at" | "created_at"
>;

export type LeadEvent = Row<"rex_outreach_events", "id" | "outreach_id" | "mission_id" | "kind" | "detail" | "occurred_at">;

/** What a mission came to for this lead. */
export type LeadOutcome = Row<"rex_mission_leads", "mission_id" | "outcome" | "reason" | "updated_at">;

export const nameOf = (lead: Pick<Lead, "first_name" | "last_name">): string =>
  [lead.first_name, lead.last_name].filter(Boolean).join(" ") || "Unnamed lead";

/** The leads of the account, newest first; a search finds names and companies, a whole address, or a phone number. */
export const leadsQuery = (account: string, search: string) =>
  queryOptions({
    queryKey: ["leads", "list", account, search],
    queryFn: ({ signal }) => findLeads(account, search.trim(), signal),
  });

const FIELDS = "id,first_name,last_name,company,title,country,time_zones,language,last_contact_at,notes,score,removed_at,created_at";
const MOST = 200;

export const LEADS_PAGE = 100;

/** A page of them, the first of which is the `from`th, and whether there are more. */
export const leadPageQuery = (account: string, search: string, from: number) =>
  queryOptions({
    queryKey: ["leads", "page", account, search, from],
    queryFn: async ({ signal }) => {
      const found = await findLeads(account, search.trim(), signal, { offset: from, limit: LEADS_PAGE + 1 });
      return { leads: found.slice(0, LEADS_PAGE), more: found.length > LEADS_PAGE };
    },
  });

/** Whether a text can be a phone number; how it is written does not matter, as the database compares it as it is stored. */
export const mayBePhone = (text: string): boolean => /^[+\d\s()./-]{6,40}$/.test(text) && text.replaceAll(/\D/g, "").length >= 6;

/** Each word is part of a name or of the company, so that a whole name finds its lead. */
export const namedLike = (search: string): string => {
  const words = search
    .replaceAll(/[*%_,()"\\]/g, " ")
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, MOST_WORDS);
  const each = (words.length ? words : [""]).map((word) => `or(${NAMES.map((name) => `${name}.ilike.*${word}*`).join()})`);
  return `(${each.join()})`;
};

const MOST_WORDS = 6;
const NAMES = ["first_name", "last_name", "company"] as const;

const findLeads = async (
  account: string,
  search: string,
  signal: AbortSignal,
  range: { readonly offset?: number; readonly limit: number } = { limit: MOST },
): Promise<Lead[]> => {
  const page = { select: FIELDS, ...withAccount(account), order: "created_at.desc,id.desc", ...range };
  const these = async (ids: readonly string[]): Promise<Lead[]> =>
    ids.length ? select<Lead>("rex_leads", { ...page, id: `in.(${ids.join()})` }, signal) : [];
  if (!search) return select<Lead>("rex_leads", page, signal);
  if (search.includes("@")) {
    const found = await select<{ lead_id: string }>(
      "rex_lead_addresses",
      { select: "lead_id", ...withAccount(account), address: `eq.${search.toLowerCase()}` },
      signal,
    );
    return these(found.map(({ lead_id }) => lead_id));
  }
  if (mayBePhone(search)) {
    const found = await rpc<string[]>("rex_find_leads_by_phone", { p_account: account, p_phone: search }, signal);
    // A company may be called by a number too.
    if (found.length) return these(found);
  }
  return select<Lead>("rex_leads", { ...page, and: namedLike(search) }, signal);
};

export interface WholeLead {
  readonly lead: Lead | undefined;
  readonly addresses: readonly Address[];
  readonly origins: readonly Origin[];
  readonly files: readonly Import[];
  readonly messages: readonly LeadMessage[];
  readonly events: readonly LeadEvent[];
  readonly outcomes: readonly LeadOutcome[];
  /** Whether there are older messages or events than these. */
  readonly older: boolean;
}

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: ["leads", "one", id],
    queryFn: async ({ signal }): Promise<WholeLead> => {
      const [leads, addresses, origins, messages, events, outcomes] = await Promise.all([
        select<Lead>("rex_leads", { select: FIELDS, id: `eq.${id}` }, signal),
        select<Address>(
          "rex_lead_addresses",
          { select: "id,channel,address,address_hash,consent_basis,consent_source,consent_at", lead_id: `eq.${id}`, order: "created_at" },
          signal,
        ),
        select<Origin>("rex_import_rows", { select: "import_id,line,change", lead_id: `eq.${id}`, limit: 50 }, signal),
        select<LeadMessage>(
          "rex_outreach",
          {
            select: "id,mission_id,step,channel,state,reason,subject,due_at,handed_over_at,created_at",
            lead_id: `eq.${id}`,
            order: "created_at.desc",
            limit: MOST,
          },
          signal,
        ),
        select<LeadEvent>(
          "rex_outreach_events",
          {
            select: "id,outreach_id,mission_id,kind,detail,occurred_at",
            lead_id: `eq.${id}`,
            order: "occurred_at.desc",
            limit: MOST,
          },
          signal,
        ),
        select<LeadOutcome>(
          "rex_mission_leads",
          { select: "mission_id,outcome,reason,updated_at", lead_id: `eq.${id}`, order: "updated_at.desc", limit: MOST },
          signal,
        ),
      ]);
      const ids = [...new Set(origins.map(({ import_id }) => import_id))];
      const files = ids.length
        ? await select<Import>(
            "rex_imports",
            { select: "id,file_name,created_at,added,updated,undone_at", id: `in.(${ids.join()})` },
            signal,
          )
        : [];
      return {
        ...{ lead: leads[0], addresses, origins, files, messages, events, outcomes },
        older: messages.length === MOST || events.length === MOST,
      };
    },
  });
