import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Route, Switch } from "wouter";
import { App } from "./App";
import { Problem } from "./api/client";
import { SessionGate } from "./session/SessionGate";
import { Waiting } from "./ui/Waiting";
import "./ui/style.css";

const SharePage = lazy(() => import("./share/SharePage"));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Switch>
        <Route path="/share/:secret">
          {({ secret }) => (
            <Suspense fallback={<Waiting error={null} />}>
              <SharePage secret={secret} />
            </Suspense>
          )}
        </Route>
        <Route>
          <SessionGate>
            <App />
          </SessionGate>
        </Route>
      </Switch>
    </QueryClientProvider>
  </StrictMode>,
);
