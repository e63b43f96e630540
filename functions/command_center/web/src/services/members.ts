/** Who may act for the account. */
import { queryOptions } from "@tanstack/react-query";
import type { Page, Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type Member = Schemas["Member"];
export type GivenRole = Schemas["GivenRole"];

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: ({ signal }) => api<Page<Member>>("GET", "/members", { query: { limit: 200 }, signal }),
});

export const addMember = (given: Schemas["NewMember"], key: string) =>
  api<Schemas["MemberSaved"]>("POST", "/members", { body: given, key });

export const changeMember = (id: string, role: GivenRole, key: string) =>
  api<Schemas["MemberSaved"]>("PATCH", `/members/${id}`, { body: { role }, key });

export const removeMember = (id: string, key: string) => api<Schemas["MemberRemoved"]>("DELETE", `/members/${id}`, { key });
