import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";

export type Scrobbler = components["schemas"]["Scrobbler"];
export type ScrobblerName = Scrobbler["scrobbler"];
export type HistoryImport = components["schemas"]["HistoryImport"];

const LOOK_AGAIN_MS = 5000;
const FOLLOW_MS = 1000;

export function useScrobblers() {
  return useQuery({
    queryKey: ["scrobblers"],
    queryFn: () => answer(api.GET("/api/v1/me/scrobbling")),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** Something that changes how services stand. */
function useChange<T, A>(change: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: ["scrobblers"] }),
  });
}

export function useConnectListenBrainz() {
  return useChange((token: string) =>
    answer(api.PUT("/api/v1/me/scrobbling/listenbrainz", { body: { token } })),
  );
}

export function useBeginLastFm() {
  return useChange(() => answer(api.POST("/api/v1/me/scrobbling/lastfm/begin")));
}

export function useFinishLastFm() {
  return useChange(() => answer(api.PUT("/api/v1/me/scrobbling/lastfm")));
}

export function useDisconnect() {
  return useChange((scrobbler: ScrobblerName) =>
    answer(api.DELETE("/api/v1/me/scrobbling/{scrobbler}", { params: { path: { scrobbler } } })),
  );
}

export function useHistoryImports() {
  return useQuery({
    queryKey: ["history-imports"],
    queryFn: () => answer(api.GET("/api/v1/me/history-imports")),
    refetchInterval: ({ state }) => state.data?.items.some(isUnderWay) && FOLLOW_MS,
  });
}

export function isUnderWay({ state }: HistoryImport): boolean {
  return state === "arriving" || state === "waiting" || state === "running";
}

function useImporting<A>(begin: (asked: A) => Promise<HistoryImport>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: begin,
    onSettled: () => queries.invalidateQueries({ queryKey: ["history-imports"] }),
  });
}

export function usePullHistory() {
  return useImporting((scrobbler: ScrobblerName) =>
    answer(api.POST("/api/v1/me/history-imports", { body: { scrobbler, account_name: "" } })),
  );
}

export function useSendHistory() {
  return useImporting((file: File) =>
    answer(
      api.POST("/api/v1/me/history-imports/file", {
        params: { query: { file_name: file.name } },
        // The document calls bytes a string of format "binary".
        body: file as unknown as string,
        bodySerializer: (bytes) => bytes,
        headers: { "Content-Type": "application/octet-stream" },
      }),
    ),
  );
}

export function useMatchAgain() {
  return useImporting(() => answer(api.POST("/api/v1/me/unmatched-listens/match")));
}

/** Looked at anew whenever an import ended. */
export function useUnmatched(ended: number) {
  return useQuery({
    queryKey: ["history-imports", "unmatched", ended],
    placeholderData: (before) => before,
    queryFn: () =>
      answer(api.GET("/api/v1/me/unmatched-listens", { params: { query: { limit: 100 } } })),
  });
}
