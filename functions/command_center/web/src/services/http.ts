/** Requests to REX's API and to PostgREST, as the person who is signed in, for the account they chose. */
import { config } from "../app/config.ts";
import { readAccount } from "../session/account.ts";
import { loadAuth, readToken } from "../session/auth.ts";
import { takeFirst } from "./first.ts";
import { Problem, readProblem, signedOut, unreachable } from "./problem.ts";

type Method = "GET" | "POST" | "PATCH" | "DELETE";
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Options {
  readonly query?: Query;
  readonly body?: unknown;
  /** Names a change: the same key again is the same change, however often it is sent. */
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A new name for a change; keep it while the same change is tried again. */
export const newKey = (): string => crypto.randomUUID();

const search = (query: Query = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
};

/** Milliseconds after which an answer is no longer waited for: more than any function takes, and time to send what is large. */
const LONGEST = 60_000;
const BYTES_A_MILLISECOND = 20;

const patience = ({ body, signal }: RequestInit): AbortSignal => {
  const enough = AbortSignal.timeout(LONGEST + (typeof body === "string" ? Math.round(body.length / BYTES_A_MILLISECOND) : 0));
  return signal ? AbortSignal.any([signal, enough]) : enough;
};

const send = async (url: string, init: RequestInit): Promise<Response> => {
  try {
    return await fetch(url, { ...init, signal: patience(init) });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable();
  }
};

/** Send as whoever is signed in. A token that was refused is refreshed once; who cannot refresh is signed out, which leads to the sign-in. */
const sendSigned = async (url: string, init: RequestInit): Promise<Response> => {
  const token = await readToken();
  if (!token) throw signedOut();
  const signed = (bearer: string): RequestInit => ({ ...init, headers: { ...init.headers, Authorization: `Bearer ${bearer}` } });
  const first = (init.method ?? "GET") === "GET" ? takeFirst(url, token, readAccount()) : null;
  const answer = await (first?.catch(() => send(url, signed(token))) ?? send(url, signed(token)));
  if (answer.status !== 401) return answer;
  const fresh = (await (await loadAuth()).refreshSession()).data.session?.access_token;
  if (!fresh) throw signedOut();
  return send(url, signed(fresh));
};

const read = async <T>(answer: Response): Promise<T> => {
  if (!answer.ok) throw await readProblem(answer);
  return (answer.status === 204 ? null : await answer.json()) as T;
};

/** One of REX's routes, the path as DESIGN names it. Raises Problem. */
export const api = async <T>(method: Method, path: string, { query, body, key, signal }: Options = {}): Promise<T> => {
  const account = readAccount();
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (account) headers["Rex-Account"] = account;
  if (method !== "GET") headers["Idempotency-Key"] = key ?? newKey();
  const init: RequestInit = { method, headers, signal: signal ?? null };
  if (body !== undefined) init.body = JSON.stringify(body);
  return read<T>(await sendSigned(`${config.apiUrl}${path}${search(query)}`, init));
};

const rest = (path: string, init: RequestInit): Promise<Response> =>
  sendSigned(`${config.supabaseUrl}/rest/v1/${path}`, { ...init, headers: { apikey: config.publishableKey, ...init.headers } });

/** Rows of a table or view, through the policies. `query` is PostgREST's: `{select, order, limit, state: "eq.FAILED"}`. Raises Problem. */
export const select = async <T>(table: string, query: Query, signal?: AbortSignal): Promise<T[]> =>
  read<T[]>(await rest(`${table}${search(query)}`, { signal: signal ?? null }));

/** Rows, and how many there are in all. */
export const selectCounted = async <T>(table: string, query: Query, signal?: AbortSignal): Promise<{ rows: T[]; total: number }> => {
  const answer = await rest(`${table}${search(query)}`, { headers: { Prefer: "count=exact" }, signal: signal ?? null });
  const rows = await read<T[]>(answer);
  const total = Number(answer.headers.get("content-range")?.split("/")[1]);
  return { rows, total: Number.isFinite(total) ? total : rows.length };
};

/** A function of the database that only reads. Raises Problem. */
export const rpc = async <T>(name: string, given: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<T> =>
  read<T>(
    await rest(`rpc/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given),
      signal: signal ?? null,
    }),
  );

/** Queries are tried again only where that may help, three times in all. */
export const retryQuery = (failures: number, error: Error): boolean => failures < 2 && error instanceof Problem && error.passes;

/** Saves a list of the API as a CSV file, all pages of it; bounded, so that nothing runs on for ever. Raises Problem. */
export const download = async (path: string, fileName: string): Promise<void> => {
  const account = readAccount();
  const headers: Record<string, string> = { Accept: "text/csv", ...(account && { "Rex-Account": account }) };
  const parts: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await sendSigned(`${config.apiUrl}${path}${search({ limit: 200, cursor })}`, { headers });
    if (!answer.ok) throw await readProblem(answer);
    const text = await answer.text();
    parts.push(page === 0 ? text : text.slice(text.indexOf("\n") + 1));
    cursor = /<[^>]*[?&]cursor=([^&>]+)[^>]*>; *rel="?next/.exec(answer.headers.get("link") ?? "")?.[1];
    if (!cursor) return keep(parts, fileName);
    cursor = decodeURIComponent(cursor);
  }
  throw new Problem(413, "too_long", "The list is longer than one file holds.", "Read it page by page from the API; nothing was saved.");
};

const keep = (parts: readonly string[], fileName: string): void => {
  const url = URL.createObjectURL(new Blob([...parts], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: fileName });
  link.click();
  URL.revokeObjectURL(url);
};

const MOST_PAGES = 5_000;
