// PostgREST and Auth over one database on a loopback port.
// What comes to /realtime/v1 is passed on to the bridge, because clients want all three at one origin.
import { once } from "node:events";
import net from "node:net";
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { connect } from "./connect.mjs";

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

const passOn = (request, realtimePort) => {
  const { pathname, search } = new URL(request.url);
  const named = ["apikey", "authorization", "content-type"].filter((name) => request.headers.has(name));
  const headers = Object.fromEntries(named.map((name) => [name, request.headers.get(name)]));
  const bridge = `http://127.0.0.1:${realtimePort}${pathname}${search}`;
  return fetch(bridge, { method: request.method, headers, body: request.body, duplex: "half" }).catch(
    () => new Response("Realtime does not answer.", { status: 502 }),
  );
};

const answerWith = (app, realtimePort) => async (request, ...rest) => {
  if (request.method === "OPTIONS") return preflight(request);
  const told = await (new URL(request.url).pathname.startsWith("/realtime/") ? passOn(request, realtimePort) : app.fetch(request, ...rest));
  const headers = new Headers(told.headers);
  for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
  return new Response(told.body, { status: told.status, headers });
};

// A WebSocket is two sockets joined: whichever end goes, both are gone.
const join = (request, client, head, realtimePort) => {
  if (!realtimePort || !request.url.startsWith("/realtime/")) return client.destroy();
  const bridge = net.connect(realtimePort, "127.0.0.1", () => {
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
};

// The port it is served on, and how to end it; port 0 takes any that is free.
export const open = async ({ databaseUrl, port, realtimePort, jwtSecret, publishableKey, secretKey, siteUrl }) => {
  const connection = connect(databaseUrl);
  const app = new App({
    connection,
    api: { schemas: ["public"], max_rows: 1000 },
    auth: { minimum_password_length: 12, jwt_secret: jwtSecret, publishable_key: publishableKey, secret_key: secretKey, site_url: siteUrl },
    options: { server: { admin: false } },
  });
  await app.init();
  connection.rlsState = "active";
  const server = serve({ fetch: answerWith(app, realtimePort), hostname: "127.0.0.1", port });
  server.on("upgrade", (request, client, head) => join(request, client, head, realtimePort));
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
    return connection.close();
  };
  return { port: server.address().port, close };
};
