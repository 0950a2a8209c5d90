import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";

export type Album = components["schemas"]["Album"];
export type Artist = components["schemas"]["Artist"];
type Track = components["schemas"]["Track"];
export type AlbumOrder = "title" | "artist" | "newest" | "year" | "frequent" | "recent" | "random";

const PAGE = 60;
/**
 * How often a page is looked at again that changes by itself: on a first start the demo music is
 * being made, and of a folder that was scanned the sound is.
 */
const LOOK_AGAIN_MS = 4000;

/** One page of a list and where the next one starts. */
interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

function anyPreparing(tracks: readonly Track[] | undefined): boolean {
  return tracks?.some((track) => track.preparing) ?? false;
}

function usePages<T>(
  key: readonly unknown[],
  read: (cursor: string | undefined) => Promise<Page<T>>,
  changes: (items: readonly T[]) => boolean = () => false,
) {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? [];
      const changing = pages[0]?.items.length === 0 || pages.some(({ items }) => changes(items));
      // All pages are read again, one request each.
      return changing && LOOK_AGAIN_MS * pages.length;
    },
  });
}

export function useAlbums(order: AlbumOrder) {
  return usePages(["albums", order], (cursor) =>
    answer(
      api.GET("/api/v1/albums", {
        params: { query: { order, limit: PAGE, ...(cursor && { cursor }) } },
      }),
    ),
  );
}

export function useArtists() {
  return usePages(["artists"], (cursor) =>
    answer(
      api.GET("/api/v1/artists", { params: { query: { limit: PAGE, ...(cursor && { cursor }) } } }),
    ),
  );
}

export function useTracks() {
  return usePages(
    ["tracks"],
    (cursor) =>
      answer(
        api.GET("/api/v1/tracks", {
          params: { query: { order: "title", limit: 100, ...(cursor && { cursor }) } },
        }),
      ),
    anyPreparing,
  );
}

export function useAlbum(album_id: string) {
  return useQuery({
    queryKey: ["album", album_id],
    queryFn: () => answer(api.GET("/api/v1/albums/{album_id}", { params: { path: { album_id } } })),
    refetchInterval: ({ state }) => anyPreparing(state.data?.tracks) && LOOK_AGAIN_MS,
  });
}

export function useArtist(artist_id: string) {
  return useQuery({
    queryKey: ["artist", artist_id],
    queryFn: () =>
      answer(api.GET("/api/v1/artists/{artist_id}", { params: { path: { artist_id } } })),
    refetchInterval: ({ state }) => anyPreparing(state.data?.top_tracks) && LOOK_AGAIN_MS,
  });
}

export function useSearch(q: string) {
  return useQuery({
    queryKey: ["search", q],
    enabled: q !== "",
    placeholderData: (before) => before,
    queryFn: () => answer(api.GET("/api/v1/search", { params: { query: { q, limit: 12 } } })),
    refetchInterval: ({ state }) => anyPreparing(state.data?.tracks) && LOOK_AGAIN_MS,
  });
}

export function useLibraries() {
  return useQuery({
    queryKey: ["libraries"],
    queryFn: () => answer(api.GET("/api/v1/libraries")),
  });
}

export function useRemoveLibrary() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (library_id: string) =>
      answer(api.DELETE("/api/v1/libraries/{library_id}", { params: { path: { library_id } } })),
    onSuccess: () => queries.invalidateQueries(),
  });
}

/** Marks or unmarks a favourite, and reads again what shows it. */
export function useFavourite(kind: "artist" | "album" | "track", entity_id: string) {
  const queries = useQueryClient();
  const params = { path: { kind, entity_id } };
  return useMutation({
    mutationFn: (favourite: boolean) =>
      favourite
        ? answer(api.PUT("/api/v1/favourites/{kind}/{entity_id}", { params }))
        : answer(api.DELETE("/api/v1/favourites/{kind}/{entity_id}", { params })),
    onSuccess: () =>
      queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" }),
  });
}
