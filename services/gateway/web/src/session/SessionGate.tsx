import { useMutation, useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { answer, api, cutCalls, hasSession, Problem, refreshSession } from "../api/client";
import type { components } from "../api/schema";
import { SignIn } from "./SignIn";

export type User = components["schemas"]["User"];

const REFRESH_EVERY_MS = 8 * 60_000;
const SessionContext = createContext<Session | undefined>(undefined);

interface Session {
  readonly user: User;
  /** Ends the session on the server, and with it everything that runs on this page. */
  readonly signOut: () => void;
}

/** Who is signed in. Only for components inside SessionGate. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession outside SessionGate");
  return session;
}

/** Shows the app to who is signed in, and the door to everyone else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const me = useQuery({
    queryKey: ["me"],
    queryFn: () => (hasSession() ? answer(api.GET("/api/v1/me")) : null),
    retry: (failures, error) => failures < 3 && !(error instanceof Problem && error.status === 401),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const signedIn = Boolean(me.data);

  useEffect(() => {
    if (!signedIn) return;
    const timer = setInterval(refreshSession, REFRESH_EVERY_MS);
    return () => clearInterval(timer);
  }, [signedIn]);

  const signOut = useMutation({
    mutationFn: () => {
      cutCalls();
      return answer(api.POST("/api/v1/auth/sign-out"));
    },
    onSuccess: () => window.location.assign("/"),
  });

  if (signOut.isPending || signOut.isSuccess) return <p className="hush">Signing out …</p>;
  if (signOut.error)
    return <Trouble title="You are still signed in" error={signOut.error} again={signOut.mutate} />;
  if (me.data) {
    const session = { user: me.data, signOut: () => signOut.mutate() };
    return <SessionContext value={session}>{children}</SessionContext>;
  }
  if (me.isPending) return <p className="hush">Opening …</p>;
  const unknown = me.error instanceof Problem && me.error.status === 401;
  if (!me.error || unknown) return <SignIn />;
  return <Trouble title="Tutti is not answering" error={me.error} again={() => me.refetch()} />;
}

function Trouble({ title, error, again }: { title: string; error: Error; again: () => void }) {
  return (
    <main className="door">
      <h1>{title}</h1>
      <p role="alert">{error.message}</p>
      <button type="button" className="primary" onClick={() => again()}>
        Try again
      </button>
    </main>
  );
}
