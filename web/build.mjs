// Builds the workspaces into dist/, each file also as brotli, and tells what a first load costs.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = import.meta.dirname;
const files = (dir) => readdirSync(dir).flatMap((f) => (statSync(join(dir, f)).isDirectory() ? files(join(dir, f)) : [join(dir, f)]));
const run = (name, args, env = {}) => execFileSync(process.execPath, [join(here, "node_modules", name), ...args], { cwd: here, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } });

run("openapi-typescript/bin/cli.js", ["../openapi.json", "-o", "generated/schema.d.ts"]);
for (const workspace of ["console", "portal"]) {
  run("vite/bin/vite.js", ["build", "--logLevel", "warn"], { WORKSPACE: workspace, NODE_ENV: "production" });
  const dist = join(here, "dist", workspace);
  for (const file of files(dist)) {
    if (/\.(js|css|svg|json)$/.test(file) && statSync(file).size > 512) {
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    }
  }
  // First load: the page and everything it names, and one language.
  const page = readFileSync(join(dist, "index.html"), "utf8");
  const named = [...page.matchAll(/(?:src|href)="\/\w+\/(assets\/[^"]+)"/g)].map((m) => m[1]);
  const gz = (f) => (existsSync(join(dist, f)) ? gzipSync(readFileSync(join(dist, f)), { level: 9 }).length : 0);
  const language = readdirSync(join(dist, "assets")).find((f) => /^zh-CN-.*\.js$/.test(f));
  const total = gz("index.html") + [...named, ...(language ? [`assets/${language}`] : [])].reduce((sum, f) => sum + gz(f), 0);
  console.log(`web/${workspace}: first load ${(total / 1000).toFixed(1)} kB gz (${named.length} files and one language)`);
}
