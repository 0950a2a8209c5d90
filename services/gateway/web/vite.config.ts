import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env.TUTTI_ADDRESS ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": gateway } },
  build: { target: "es2022", sourcemap: true },
  test: { environment: "jsdom", globals: false },
});
