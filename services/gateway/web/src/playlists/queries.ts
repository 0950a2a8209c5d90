import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, Problem } from "../api/client";
import type { components } from "../api/schema";
import type { User } from "../session/SessionGate";

type Schemas = components["schemas"];
export type Playlist = Schemas["Playlist"];
export type Entry = Schemas["PlaylistEntry"];
export type Rule = Schemas["SmartRule"];
export type PlaylistNew = { name: string } & Partial<Schemas["PlaylistNew"]>;
export type PlaylistEdit = Partial<Schemas["PlaylistEdit"]>;
export type PlaylistImport = Schemas["PlaylistImport"];
export type TracksEdit = Partial<Schemas["PlaylistTracksEdit"]>;

const PAGE = 100;
const ENTRIES = 500;
const CONFLICT = 409;

/** Whether one may change what a playlist holds and how it is called. */
export function mayEdit(playlist: Playlist, user: User): boolean {
  return playlist.editor_ids.includes(user.id) || mayOwn(playlist, user);
}

/** Whether one may say who sees and edits a playlist, and remove it. */
export function mayOwn({ owner_id, public: isPublic }: Playlist, user: User): boolean {
  return owner_id === user.id || (user.role === "operator" && isPublic);
}

export function usePlaylists() {
  return useInfiniteQuery({
    queryKey: ["playlists"],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/v1/playlists", {
          params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function usePlaylist(playlist_id: string) {
  return useInfiniteQuery({
    queryKey: ["playlist", playlist_id],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/v1/playlists/{playlist_id}", {
          params: {
            path: { playlist_id },
            query: { limit: ENTRIES, ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Everybody with an account: only operators may know. */
export function useUsers(asked: boolean) {
  return useQuery({
    queryKey: ["users"],
    enabled: asked,
    queryFn: async () =>
      (await answer(api.GET("/api/v1/users", { params: { query: { limit: 500 } } }))).items,
  });
}

/** Something that changes playlists; they are read again whatever came of it. */
function useChange<T, A>(change: (asked: A) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === "playlists" || queryKey[0] === "playlist",
      }),
  });
}

export function useCreatePlaylist() {
  return useChange((body: PlaylistNew) => answer(api.POST("/api/v1/playlists", { body })));
}

/** Makes a playlist of a file that another program wrote. */
export function useImportPlaylist() {
  return useChange((file: File) =>
    answer(
      api.POST("/api/v1/playlists/import", {
        // The document calls bytes a string of format "binary".
        body: file as unknown as string,
        bodySerializer: (bytes) => bytes,
        headers: { "Content-Type": "application/octet-stream" },
      }),
    ),
  );
}

export function useEditPlaylist(playlist_id: string) {
  return useChange((body: PlaylistEdit) =>
    answer(
      api.PATCH("/api/v1/playlists/{playlist_id}", { params: { path: { playlist_id } }, body }),
    ),
  );
}

export function useRemovePlaylist() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (playlist_id: string) =>
      answer(api.DELETE("/api/v1/playlists/{playlist_id}", { params: { path: { playlist_id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["playlists"] }),
  });
}

export function useEditTracks(playlist_id: string) {
  return useChange((body: TracksEdit) => editTracks(playlist_id, body));
}

/** Adds tracks to the end of any playlist. */
export function useAddTracks() {
  return useChange(({ playlist_id, add }: { playlist_id: string; add: string[] }) =>
    editTracks(playlist_id, { add }),
  );
}

function editTracks(playlist_id: string, body: TracksEdit) {
  const path = { playlist_id };
  return answer(
    api.POST("/api/v1/playlists/{playlist_id}/tracks", { params: { path }, body }),
  ).catch((error) => {
    if (!(error instanceof Problem && error.status === CONFLICT)) throw error;
    throw new Problem(CONFLICT, error.code, "Somebody else changed this playlist. Here it is now.");
  });
}
