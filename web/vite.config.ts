import locales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { join } from "node:path";
import { defineConfig } from "vite";
// @ts-expect-error plain JavaScript, shared with the checks
import { words } from "./catalogue.mjs";

const workspace = process.env.WORKSPACE ?? "console";
const here = import.meta.dirname;
const house = process.env.HOUSE ?? "http://127.0.0.1:8420";

export default defineConfig({
  root: join(here, workspace),
  base: `/${workspace}/`,
  // The two workspaces may be served side by side.
  cacheDir: join(here, "node_modules", `.vite-${workspace}-${process.env.PORT ?? 0}`),
  plugins: [react(), words(workspace), { ...locales.vite({ locales: ["en-US", "zh-CN"] }), enforce: "pre" as const }],
  resolve: { alias: { "@ui": join(here, "ui"), "@api": join(here, "api") } },
  build: {
    outDir: join(here, "dist", workspace),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // Everything is a file of its own under a strict content security policy; nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    port: Number(process.env.PORT ?? 5173),
    strictPort: true,
    host: "127.0.0.1",
    proxy: {
      // The house accepts writes only from its own pages.
      "/api": { target: house, configure: (proxy) => proxy.on("proxyReq", (request) => { request.setHeader("origin", house); request.setHeader("sec-fetch-site", "same-origin"); }) },
    },
  },
});
