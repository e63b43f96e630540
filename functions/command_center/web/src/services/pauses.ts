/** Stop and go: nothing of what is paused begins any more when the answer is there. */
import type { Schemas } from "../types/api.ts";
import { api } from "./http.ts";

export type PauseScope = Schemas["PauseScope"];

/** Without an id the account itself is meant. */
export interface Paused {
  readonly scope: PauseScope;
  readonly id?: string;
}

export const pause = (what: Paused, key: string) => api<Schemas["Switched"]>("POST", "/pause", { body: what, key });

export const resume = (what: Paused, key: string) => api<Schemas["Switched"]>("POST", "/resume", { body: what, key });
