// Makes the auth schema in the database named by REX_DATABASE_URL, then ends.
import { App } from "@supabase/lite";
import { connect } from "./connect.mjs";

const connection = connect(process.env.REX_DATABASE_URL);
const app = new App({ connection, auth: { jwt_secret: "unused-while-only-the-schema-is-made" }, options: { server: { admin: false } } });
await app.init();
await app.ensureSystemSchema();
await connection.close();
