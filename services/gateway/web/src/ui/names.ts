import type { components } from "../api/schema";

type Credit = components["schemas"]["ArtistCredit"];

/** "Ada feat. Bo", as the credits are joined on the record. */
export function artistNames(credits: readonly Credit[]): string {
  return credits
    .map(({ name, join_phrase }, place) => {
      const last = place === credits.length - 1;
      return name + (last ? "" : join_phrase || ", ");
    })
    .join("");
}
