import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answer, api } from "../api/client";
import type { Item } from "./uploader";

const SHOWN = 100;
const READ_MUSIC_AGAIN_MS = 1500;
const MUSIC = new Set(["albums", "artists", "tracks", "album", "artist", "libraries"]);

/**
 * The listener's files as the server sees them, last first, kept up to date by server-sent events.
 * Whatever gets published makes the lists of music read again.
 */
export function useItems(): readonly Item[] {
  const queries = useQueryClient();
  const first = useQuery({
    queryKey: ["items"],
    queryFn: () =>
      answer(api.GET("/api/v1/imports/items", { params: { query: { limit: SHOWN } } })),
  });
  const [news, setNews] = useState<ReadonlyMap<string, Item>>(new Map());

  useEffect(() => {
    let stale: ReturnType<typeof setTimeout> | undefined;
    const readMusicAgain = () =>
      queries.invalidateQueries({ predicate: ({ queryKey }) => MUSIC.has(String(queryKey[0])) });
    const source = new EventSource("/api/v1/imports/events");
    source.addEventListener("item", (event) => {
      const item = JSON.parse(event.data) as Item;
      setNews((before) => new Map(before).set(item.id, item));
      if (item.state !== "published" || stale !== undefined) return;
      stale = setTimeout(() => {
        stale = undefined;
        void readMusicAgain();
      }, READ_MUSIC_AGAIN_MS);
    });
    return () => {
      clearTimeout(stale);
      source.close();
      void readMusicAgain();
    };
  }, [queries]);

  const read = first.data?.items ?? [];
  const unread = [...news.values()].filter((item) => !read.some((known) => known.id === item.id));
  return [...unread.reverse(), ...read.map((item) => news.get(item.id) ?? item)];
}
