// PostgREST and Auth of the laptop stack; ends with its parent, which holds the other end of standard input.
import { open } from "./open.mjs";

const { REX_DATABASE_URL, REX_SUPABASE_PORT, REX_JWT_SECRET, REX_PUBLISHABLE_KEY, REX_SECRET_KEY, REX_SITE_URL, REX_REALTIME_PORT } = process.env;

const { port, close } = await open({
  databaseUrl: REX_DATABASE_URL,
  port: Number(REX_SUPABASE_PORT),
  realtimePort: Number(REX_REALTIME_PORT),
  jwtSecret: REX_JWT_SECRET,
  publishableKey: REX_PUBLISHABLE_KEY,
  secretKey: REX_SECRET_KEY,
  siteUrl: REX_SITE_URL,
});
console.log(`serving PostgREST and Auth on port ${port}`);

const end = () => close().finally(() => process.exit(0));
process.on("SIGTERM", end);
process.stdin.on("end", end).resume();
