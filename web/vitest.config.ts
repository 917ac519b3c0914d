import { join } from "node:path";
import { defineConfig } from "vitest/config";

const here = import.meta.dirname;
// The words of the pages are not asked here: what is tested is pure.
export default defineConfig({ root: here, test: { include: ["{ui,api,console,portal}/**/*.test.ts"] }, resolve: { alias: { "@ui": join(here, "ui"), "@api": join(here, "api") } } });
