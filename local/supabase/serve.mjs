// PostgREST and Auth of the laptop stack on one loopback port; ends with its parent, which holds the other end of standard input.
// What comes to /realtime/v1 is passed on to the bridge, because clients want all three at one origin.
import net from "node:net";
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { connect } from "./connect.mjs";

const { REX_DATABASE_URL, REX_SUPABASE_PORT, REX_JWT_SECRET, REX_PUBLISHABLE_KEY, REX_SECRET_KEY, REX_SITE_URL, REX_REALTIME_PORT } = process.env;

const connection = connect(REX_DATABASE_URL);
const app = new App({
  connection,
  api: { schemas: ["public"], max_rows: 1000 },
  auth: { minimum_password_length: 12, jwt_secret: REX_JWT_SECRET, publishable_key: REX_PUBLISHABLE_KEY, secret_key: REX_SECRET_KEY, site_url: REX_SITE_URL },
  options: { server: { admin: false } },
});
await app.init();
connection.rlsState = "active";

const passOn = (request) => {
  const { pathname, search } = new URL(request.url);
  const named = ["apikey", "authorization", "content-type"].filter((name) => request.headers.has(name));
  const headers = Object.fromEntries(named.map((name) => [name, request.headers.get(name)]));
  const bridge = `http://127.0.0.1:${REX_REALTIME_PORT}${pathname}${search}`;
  return fetch(bridge, { method: request.method, headers, body: request.body, duplex: "half" }).catch(
    () => new Response("Realtime does not answer.", { status: 502 }),
  );
};
// A page of another origin may read every answer, as from a hosted project; the package says so only of some.
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "content-range, content-location, preference-applied, x-supabase-api-version",
};
const preflight = (request) =>
  new Response(null, {
    status: 204,
    headers: {
      ...CORS,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
      "access-control-max-age": "600",
    },
  });
const answer = async (request, ...rest) => {
  if (request.method === "OPTIONS") return preflight(request);
  const told = await (new URL(request.url).pathname.startsWith("/realtime/") ? passOn(request) : app.fetch(request, ...rest));
  const headers = new Headers(told.headers);
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  return new Response(told.body, { status: told.status, headers });
};

const server = serve({ fetch: answer, hostname: "127.0.0.1", port: Number(REX_SUPABASE_PORT) }, ({ port }) =>
  console.log(`serving PostgREST and Auth on port ${port}`),
);

// A WebSocket is two sockets joined: whichever end goes, both are gone.
server.on("upgrade", (request, client, head) => {
  if (!REX_REALTIME_PORT || !request.url.startsWith("/realtime/")) return client.destroy();
  const bridge = net.connect(Number(REX_REALTIME_PORT), "127.0.0.1", () => {
    const headers = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2) headers.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}\r\n`);
    bridge.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
    bridge.write(head);
    bridge.pipe(client).pipe(bridge);
  });
  for (const [one, other] of [[bridge, client], [client, bridge]]) {
    one.setNoDelay(true);
    one.on("error", () => other.destroy()).on("close", () => other.destroy());
  }
});

const end = () => {
  server.close();
  server.closeAllConnections();
  connection.close().finally(() => process.exit(0));
};
process.on("SIGTERM", end);
process.stdin.on("end", end).resume();
