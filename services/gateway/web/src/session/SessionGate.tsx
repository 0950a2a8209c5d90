import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { answer, api, Problem, refreshSession } from "../api/client";
import type { components } from "../api/schema";
import { SignIn } from "./SignIn";

export type User = components["schemas"]["User"];

const REFRESH_EVERY_MS = 8 * 60_000;
const UserContext = createContext<User | undefined>(undefined);

/** Who is signed in. Only for components inside SessionGate. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (!user) throw new Error("useUser outside SessionGate");
  return user;
}

/** Shows the app to who is signed in, and the door to everyone else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const me = useQuery({
    queryKey: ["me"],
    queryFn: () => answer(api.GET("/api/v1/me")),
    retry: (failures, error) => failures < 3 && !(error instanceof Problem && error.status === 401),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const signedIn = me.data !== undefined;

  useEffect(() => {
    if (!signedIn) return;
    const timer = setInterval(refreshSession, REFRESH_EVERY_MS);
    return () => clearInterval(timer);
  }, [signedIn]);

  if (me.data) return <UserContext value={me.data}>{children}</UserContext>;
  if (me.isPending) return <p className="hush">Opening …</p>;
  if (me.error instanceof Problem && me.error.status === 401) return <SignIn />;
  return (
    <main className="door">
      <h1>Tutti is not answering</h1>
      <p role="alert">{me.error.message}</p>
      <button type="button" className="primary" onClick={() => me.refetch()}>
        Try again
      </button>
    </main>
  );
}

/** Ends the session on the server and forgets everything that was read under it. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await answer(api.POST("/api/v1/auth/sign-out"));
    queries.clear();
    window.location.assign("/");
  };
}
