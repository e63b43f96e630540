/** Two small steps of the build. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** A script that runs before anything is drawn: a file of its own, because the page's policy refuses inline ones. */
export const runFirst = (source: string): Plugin => {
  const text = readFileSync(source, "utf8");
  const name = `assets/first-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.js`;
  return {
    name: "run-first",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name, source: text });
    },
    transformIndexHtml: () => [{ tag: "script", attrs: { src: `/${name}` }, injectTo: "head-prepend" }],
  };
};

/** Writes which packages each chunk holds, so that a test can say what the first load may not reach. */
export const listModules = (): Plugin => ({
  name: "list-modules",
  apply: "build",
  generateBundle(_options, bundle) {
    const packages: Record<string, string[]> = {};
    for (const [file, chunk] of Object.entries(bundle)) {
      if (chunk.type !== "chunk") continue;
      const found = Object.keys(chunk.modules).map((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]);
      packages[file] = [...new Set(found.filter((name) => name !== undefined))].sort();
    }
    this.emitFile({ type: "asset", fileName: "packages.json", source: JSON.stringify(packages) });
  },
});

/** Has V8 compile whole chunks where they arrive, beside the main thread, instead of function by function as each is first called. */
export const compileAtOnce = (...names: readonly string[]): Plugin => ({
  name: "compile-at-once",
  generateBundle: {
    order: "post",
    handler(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && names.includes(chunk.name)) chunk.code = `//# allFunctionsCalledOnLoad\n${chunk.code}`;
      }
    },
  },
});

interface Stack {
  readonly command_center_url: string;
  readonly supabase_url: string;
  readonly publishable_key: string;
}

/** The running laptop stack, whose data the page shows while somebody works on it: `make run` first, or REX_STACK names another's stack.json. */
export const readStack = (): Stack => {
  const file = process.env.REX_STACK ?? new URL("../../../.rex/stack.json", import.meta.url).pathname;
  return JSON.parse(readFileSync(file, "utf8")) as Stack;
};

/** Fills in what the function that serves the page otherwise does. */
export const tellStack = (stack: Stack): Plugin => ({
  name: "tell-stack",
  transformIndexHtml: (html) =>
    html.replace("$supabase_url", stack.supabase_url).replace("$publishable_key", stack.publishable_key).replace("$preloads", ""),
});

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** All that these modules import at once, themselves included. */
const reach = (roots: readonly string[], graph: Graph): Set<string> => {
  const reached = new Set<string>();
  const waiting = [...roots];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return reached;
};

/**
 * The first load in two files instead of dozens, each of which would cost a request: what the page begins with, and the overview with all
 * it shows. A module that both need is the first's.
 */
export const firstLoad = () => {
  let shell: Set<string> | undefined;
  let overview: Set<string> | undefined;
  return (id: string, graph: Graph): string | null => {
    const own = (path: string): string => new URL(`src/${path}`, import.meta.url).pathname;
    shell ??= reach([own("main.tsx")], graph);
    if (shell.has(id)) return "shell";
    overview ??= reach(
      ["view.tsx", "charts.tsx", "attention.tsx"].map((file) => own(`views/overview/${file}`)).concat(own("views/start/start.tsx")),
      graph,
    );
    return overview.has(id) ? "overview" : null;
  };
};
