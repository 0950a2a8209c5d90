import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { answer, api } from "../api/client";

type Door = "sign-in" | "sign-up";

/** The door: sign in, or make an account where the server allows it. */
export function SignIn() {
  const setup = useQuery({
    queryKey: ["setup"],
    queryFn: () => answer(api.GET("/api/v1/auth/setup")),
  });
  const [chosen, choose] = useState<Door>();
  if (setup.isPending) return <p className="hush">Opening …</p>;
  const firstUser = setup.data?.has_users === false;
  const door = chosen ?? (firstUser ? "sign-up" : "sign-in");
  const mayToggle = setup.data?.has_users && (setup.data.sign_up || door === "sign-up");

  return (
    <main className="door">
      <img src="/icon.svg" alt="" width="56" height="56" />
      <h1>{firstUser ? "Welcome to Tutti" : "Tutti"}</h1>
      <p className="hush">
        {firstUser
          ? "Make the first account. It looks after this server."
          : "All your music, anywhere."}
      </p>
      <DoorForm key={door} door={door} />
      {mayToggle && (
        <button
          type="button"
          className="link"
          onClick={() => choose(door === "sign-in" ? "sign-up" : "sign-in")}
        >
          {door === "sign-in" ? "New here? Make an account" : "I have an account"}
        </button>
      )}
    </main>
  );
}

function DoorForm({ door }: { door: Door }) {
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: ({ name, password }: { name: string; password: string }) => {
      const body = { name, password, cookie: true };
      return door === "sign-in"
        ? answer(api.POST("/api/v1/auth/sign-in", { body }))
        : answer(api.POST("/api/v1/auth/sign-up", { body }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["me"] }),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter.mutate({ name: String(form.get("name")), password: String(form.get("password")) });
  }

  return (
    <form onSubmit={submit}>
      <label>
        Name
        <input name="name" autoComplete="username" required minLength={2} maxLength={64} />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          required
          autoComplete={door === "sign-in" ? "current-password" : "new-password"}
          minLength={door === "sign-up" ? 10 : 1}
          maxLength={256}
          aria-describedby={door === "sign-up" ? "password-rule" : undefined}
        />
      </label>
      {door === "sign-up" && (
        <small id="password-rule" className="hush">
          At least 10 characters. A sentence is easy to remember.
        </small>
      )}
      {enter.error && <p role="alert">{enter.error.message}</p>}
      <button type="submit" className="primary" disabled={enter.isPending}>
        {door === "sign-in" ? "Sign in" : "Make account"}
      </button>
    </form>
  );
}
