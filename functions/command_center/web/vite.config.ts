import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compileAtOnce, firstLoad, listModules, readStack, runFirst, tellStack } from "./plugins.ts";

export default defineConfig(({ command }) => {
  const stack = command === "serve" && !process.env.VITEST ? readStack() : null;
  return {
    plugins: [
      react(),
      tailwindcss(),
      runFirst("src/app/first.js"),
      listModules(),
      compileAtOnce("shell"),
      ...(stack ? [tellStack(stack)] : []),
    ],
    server: stack ? { proxy: { "/api": stack.command_center_url } } : {},
    build: {
      target: "es2023",
      // The policy of the page lets nothing in by data:, and no browser that knows this target needs the polyfill.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: true,
      reportCompressedSize: false,
      rolldownOptions: {
        output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: firstLoad(), debugName: "first load" }] } },
      },
    },
    test: {
      environment: "happy-dom",
      // Each file still has a page and modules of its own, which a process for each would take three times as long to make.
      pool: "vmThreads",
      include: ["src/**/*.test.{ts,tsx}"],
      setupFiles: ["src/test/setup.ts"],
    },
  };
});
