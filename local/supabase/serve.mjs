// PostgREST and Auth of the laptop stack on one loopback port; ends with its parent, which holds the other end of standard input.
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { connect } from "./connect.mjs";

const { REX_DATABASE_URL, REX_SUPABASE_PORT, REX_JWT_SECRET, REX_PUBLISHABLE_KEY, REX_SECRET_KEY, REX_SITE_URL } = process.env;

const connection = connect(REX_DATABASE_URL);
const app = new App({
  connection,
  api: { schemas: ["public"], max_rows: 1000 },
  auth: { jwt_secret: REX_JWT_SECRET, publishable_key: REX_PUBLISHABLE_KEY, secret_key: REX_SECRET_KEY, site_url: REX_SITE_URL },
  options: { server: { admin: false } },
});
await app.init();
connection.rlsState = "active";

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(REX_SUPABASE_PORT) }, ({ port }) =>
  console.log(`serving PostgREST and Auth on port ${port}`),
);

const end = () => {
  server.close();
  server.closeAllConnections();
  connection.close().finally(() => process.exit(0));
};
process.on("SIGTERM", end);
process.stdin.on("end", end).resume();
