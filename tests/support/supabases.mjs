// Several Supabases in one process, each opened and closed by a line of JSON and answered by one; ends with its parent.
import { createInterface } from "node:readline";
import { open } from "../../local/supabase/open.mjs";

const opened = new Map();

const obey = async ({ settings, close }) => {
  if (settings) {
    const supabase = await open(settings);
    opened.set(supabase.port, supabase);
    return { port: supabase.port };
  }
  await opened.get(close).close();
  opened.delete(close);
  return { closed: close };
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await obey(JSON.parse(line)).catch((error) => ({ error: String(error?.stack ?? error) }))));
}
process.exit(0);
