// The database connection of the embedded Supabase, with the types as PostgREST and the clients expect them.
import { createPostgresConnection } from "@supabase/lite/postgres";

const iso = (value) => value.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");

const types = {
  json: { to: 114, from: [114], serialize: (v) => (typeof v === "string" ? v : JSON.stringify(v)), parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: (v) => (typeof v === "string" ? v : JSON.stringify(v)), parse: JSON.parse },
  timestamptz: { to: 1184, from: [1184], serialize: (v) => (v instanceof Date ? v.toISOString() : v), parse: iso },
  timestamp: { to: 1114, from: [1114], serialize: (v) => (v instanceof Date ? v.toISOString() : v), parse: iso },
  numeric: { to: 1700, from: [1700], serialize: String, parse: Number },
};

export const connect = (url) =>
  createPostgresConnection({ url, postgresOptions: { types, onnotice: () => {}, connection: { statement_timeout: 8000 } } });
