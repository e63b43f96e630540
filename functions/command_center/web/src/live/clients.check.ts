/** Compiles only while the official clients have what `follow` asks for. */
import type { RealtimeClient } from "@supabase/realtime-js";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Realtime } from "./follow.ts";

export const accepted = (whole: SupabaseClient, alone: RealtimeClient): readonly Realtime[] => [whole, alone];
