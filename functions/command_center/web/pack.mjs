// Turns dist/ into ../site/: every file precompressed, and the manifest in which the Lambda looks paths up.
// The assets of the build before stay for one more, because pages that are open still ask for them.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [DIST, SITE, FRESH] = ["dist", "../site", "../site.new"].map((folder) => join(import.meta.dirname, folder));
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};
const COMPRESSED = new Set([".css", ".js", ".svg"]);
const NOT_SERVED = /^(packages\.json|\.vite\/)/;

const write = (path, content) => {
  mkdirSync(dirname(join(FRESH, path)), { recursive: true });
  writeFileSync(join(FRESH, path), content);
};

const pack = (path) => {
  const content = readFileSync(join(DIST, path));
  const compressed = COMPRESSED.has(extname(path));
  write(path, content);
  if (compressed) {
    write(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    write(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
  const etag = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  return { type: TYPES[extname(path)], etag, compressed };
};

const packAll = () => {
  const paths = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(DIST, join(entry.parentPath, entry.name)))
    .filter((path) => !NOT_SERVED.test(path))
    .sort();
  return Object.fromEntries(paths.map((path) => [path, pack(path)]));
};

const keepFormer = (files) => {
  const before = existsSync(join(SITE, "manifest.json")) ? JSON.parse(readFileSync(join(SITE, "manifest.json"), "utf8")) : { files: {} };
  const former = Object.entries(before.files).filter(
    ([path, file]) => path.startsWith("assets/") && !file.former && !files[path] && existsSync(join(SITE, path)),
  );
  for (const [path, file] of former) {
    const copies = file.compressed ? ["", ".br", ".gz"] : [""];
    for (const end of copies) cpSync(join(SITE, path + end), join(FRESH, path + end));
  }
  return Object.fromEntries(former.map(([path, file]) => [path, { ...file, former: true }]));
};

const chunks = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));

/** The scripts of this one and of whatever it imports at once. */
const reach = (key, reached = new Set()) => {
  if (reached.has(key)) return [];
  reached.add(key);
  return [chunks[key].file, ...(chunks[key].imports ?? []).flatMap((next) => reach(next, reached))];
};

const SHELL = [...readFileSync(join(DIST, "index.html"), "utf8").matchAll(/<script type="module"[^>]* src="\/([^"]+)"/g)].map(
  ([, file]) => file,
);

/** What each view loads beyond the shell, so that the page can name it before the shell asks for it. */
const loadViews = () => {
  const ends = Object.keys(chunks).map((key) => [/^src\/views\/(\w+)\/view\.tsx$|^_(overview)-/.exec(key), key]);
  const views = ends
    .filter(([found]) => found)
    .map(([found, key]) => [found[1] ?? found[2], reach(key).filter((file) => !SHELL.includes(file))]);
  return Object.fromEntries(views.sort());
};

/** What is loaded before anybody can use the overview. */
const firstLoad = (views) => {
  const packages = JSON.parse(readFileSync(join(DIST, "packages.json"), "utf8"));
  const scripts = [...SHELL, ...views.overview].sort();
  return { scripts, packages: [...new Set(scripts.flatMap((file) => packages[file] ?? []))].sort() };
};

rmSync(FRESH, { recursive: true, force: true });
const files = packAll();
const views = loadViews();
const manifest = { first_load: firstLoad(views), views, files: { ...files, ...keepFormer(files) } };
write("manifest.json", `${JSON.stringify(manifest, null, 1)}\n`);
rmSync(SITE, { recursive: true, force: true });
renameSync(FRESH, SITE);
console.log(`packed ${Object.keys(files).length} files of the page`);
