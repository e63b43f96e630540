/** Leads come from files; an import can be looked at before, and taken back after. */
import type { Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Upload = Partial<Schemas["Upload"]> & { readonly file_name: string };
export type LeadsImported = Schemas["LeadsImported"];

export const importLeads = (upload: Upload, key: string) => api<LeadsImported>("POST", "/leads/import", { body: upload, key });

export const undoImport = (importId: string, key: string) =>
  api<Schemas["ImportUndone"]>("POST", `/leads/imports/${importId}/undo`, { key });
