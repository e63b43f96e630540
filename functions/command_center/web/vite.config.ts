import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { listModules, themeFirst } from "./plugins.ts";

export default defineConfig({
  plugins: [react(), tailwindcss(), themeFirst("src/theme/first.js"), listModules()],
  build: {
    target: "es2023",
    // The policy of the page lets nothing in by data:, and no browser that knows this target needs the polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
  },
});
