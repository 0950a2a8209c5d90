import type { UseMutationResult } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { day } from "../ui/format";
import { Refusal } from "../ui/Refusal";
import { Waiting } from "../ui/Waiting";

/** A secret that one app or device has. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

/** A secret just made: it is shown once. */
export interface Made {
  readonly key: Key;
  readonly secret: string;
}

interface Keys {
  readonly name: string;
  /** What one of them is called in a sentence. */
  readonly what: string;
  readonly example: string;
  readonly found: { data: readonly Key[] | undefined; error: Error | null };
  readonly making: UseMutationResult<Made, Error, string>;
  readonly revoking: UseMutationResult<unknown, Error, string>;
  /** How to use the one just made. */
  readonly children: (secret: string) => ReactNode;
}

/** Secrets by name: make one, see when each was last used, revoke it. */
export function KeyList({ name, what, example, found, making, revoking, children }: Keys) {
  const [made, show] = useState<Made>();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get("name")).trim();
    making.mutate(name, {
      onSuccess: (fresh) => {
        show(fresh);
        form.reset();
      },
    });
  }

  return (
    <>
      <form className="actions made-by-name" onSubmit={submit}>
        <label>
          <span className="hush">For which app or device</span>
          <input
            name="name"
            required
            maxLength={200}
            pattern=".*\S.*"
            placeholder={example}
            autoComplete="off"
          />
        </label>
        <button type="submit" className="primary" disabled={making.isPending}>
          Make {what}
        </button>
      </form>
      <Refusal of={making.error ?? revoking.error} />
      {made && (
        <section className="made" aria-label={`New: ${made.key.name}`}>
          {children(made.secret)}
          <button type="button" onClick={() => show(undefined)}>
            I have it
          </button>
        </section>
      )}
      {!found.data && <Waiting error={found.error} />}
      <ul className="items" aria-label={name}>
        {found.data?.map((key) => (
          <li key={key.id} data-tone={key.last_used_at ? "good" : "busy"}>
            <div className="names">
              <strong>{key.name}</strong>
              <span className="hush">
                Made {day(key.created_at)},{" "}
                {key.last_used_at ? `last used ${day(key.last_used_at)}` : "never used"}
              </span>
            </div>
            <button
              type="button"
              disabled={revoking.isPending}
              aria-label={`Revoke ${key.name}`}
              onClick={() => {
                if (made?.key.id === key.id) show(undefined);
                revoking.mutate(key.id);
              }}
            >
              Revoke
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
