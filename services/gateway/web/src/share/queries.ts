import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";

export type Share = components["schemas"]["Share"];
export type OpenShare = components["schemas"]["OpenShare"];
export type ShareNew = Partial<components["schemas"]["ShareNew"]>;
/** What is to be shared. */
export type Things = Pick<ShareNew, "track_ids" | "album_ids" | "playlist_ids">;

const SHARES = ["shares"];
/** The addresses within a share play for half an hour. */
const FRESH_MS = 25 * 60_000;

export function linkTo({ secret }: Pick<Share, "secret">): string {
  return `${window.location.origin}/share/${secret}`;
}

/** What is behind a link. It counts as opened once, however often it is read anew. */
export function useOpenShare(secret: string) {
  const queries = useQueryClient();
  const queryKey = ["shared", secret];
  return useQuery({
    queryKey,
    queryFn: () =>
      answer(
        api.GET("/api/v1/shared/{secret}", {
          params: { path: { secret }, query: { counts: !queries.getQueryData(queryKey) } },
        }),
      ),
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
    refetchIntervalInBackground: true,
  });
}

export function useShares() {
  return useQuery({
    queryKey: SHARES,
    queryFn: async () => (await answer(api.GET("/api/v1/shares"))).items,
  });
}

function useChange<T, A>(change: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: SHARES }),
  });
}

export function useMakeShare() {
  return useChange((body: ShareNew) => answer(api.POST("/api/v1/shares", { body })));
}

export function useEndShare() {
  return useChange((share_id: string) =>
    answer(api.DELETE("/api/v1/shares/{share_id}", { params: { path: { share_id } } })),
  );
}
