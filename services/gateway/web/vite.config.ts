import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => {
  const { TUTTI_ADDRESS: gateway = "http://127.0.0.1:8080" } = loadEnv(mode, ".", "TUTTI_");
  return {
    plugins: [react()],
    server: { proxy: { "/api": gateway, "/ws": { target: gateway, ws: true } } },
    build: { target: "es2022", sourcemap: true },
    test: { environment: "jsdom", globals: false },
  };
});
