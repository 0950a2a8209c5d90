import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema";

/** A refusal of the server, in its own words (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Sent with every call: the server takes cookies only from pages that can set a header. */
export const CLIENT_HEADER = { "X-Tutti-Client": "web" };

const TOO_MANY_REQUESTS = 429;
const TRIES = 5;

/** Set beside the cookies of a session, which no script reads, and forgotten with them. */
const SESSION_MARK = "tutti_session=";

/** Whether this browser was signed in, as far as it knows: without, nobody needs to ask who it is. */
export function hasSession(): boolean {
  return document.cookie.split("; ").some((cookie) => cookie.startsWith(SESSION_MARK));
}

let refreshing: Promise<boolean> | undefined;

/** Trades the refresh cookie for the next session cookie; calls at the same time share one trade. */
export function refreshSession(): Promise<boolean> {
  refreshing ??= fetch("/api/v1/auth/refresh", {
    method: "POST",
    headers: { ...CLIENT_HEADER, "Content-Type": "application/json" },
    body: "{}",
  })
    .then((response) => response.ok)
    .catch(() => false)
    .finally(() => {
      refreshing = undefined;
    });
  return refreshing;
}

const SIGN_IN_PATHS = ["/auth/sign-in", "/auth/sign-up", "/auth/refresh"];

/**
 * fetch with the session's cookies; an expired session is refreshed once and the call repeated, and
 * a server that asks to wait is waited for.
 */
export async function fetchWithSession(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await patiently(request);
  const signsIn = SIGN_IN_PATHS.some((path) => request.url.endsWith(path));
  if (response.status !== 401 || signsIn || !(await refreshSession())) return response;
  return patiently(again);
}

let underWay = new AbortController();

/** Cuts off every call that is under way; those that begin later are made. */
export function cutCalls(): void {
  underWay.abort();
  underWay = new AbortController();
}

/** Adding a folder asks more in a minute than the server allows: what it refuses is sent later. */
async function patiently(request: Request): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const signal = AbortSignal.any([request.signal, underWay.signal]);
    const response = await fetch(request.clone(), { signal });
    const after_s = Number(response.headers.get("Retry-After"));
    if (response.status !== TOO_MANY_REQUESTS || attempt === TRIES || !after_s) return response;
    await new Promise((later) => setTimeout(later, after_s * 1000));
  }
}

const marked: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(CLIENT_HEADER)) request.headers.set(name, value);
    return request;
  },
};

export const api = createClient<paths>({ fetch: fetchWithSession });
api.use(marked);

/** The answer of a call, or its refusal thrown as a Problem. */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new Problem(0, "unreachable", "The server cannot be reached. Is it running?");
  });
  if (response.ok) return data as T;
  throw problemOf(response.status, error);
}

/** The Problem that a refused response's JSON body describes. */
export function problemOf(status: number, body: unknown): Problem {
  const said = (body ?? {}) as { code?: string; detail?: string; title?: string };
  const detail = said.detail ?? said.title ?? `The server answered ${status}.`;
  return new Problem(status, said.code ?? "unknown", detail);
}
