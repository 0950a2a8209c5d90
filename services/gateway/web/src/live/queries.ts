import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";

export type Station = components["schemas"]["Station"];
export type StationNew = components["schemas"]["StationNew"];
export type StationEdit = components["schemas"]["StationEdit"];
export type Audience = components["schemas"]["Audience"];
export type SteeringRule = components["schemas"]["Steering"];

const STATIONS = ["live", "stations"];

export function useStations() {
  return useQuery({
    queryKey: STATIONS,
    queryFn: () => answer(api.GET("/api/v1/live/stations")),
  });
}

/** A station by its id, and by its invitation where there is no other right to hear it. */
export function useStation(station_id: string | undefined, invitation: string) {
  return useQuery({
    queryKey: [...STATIONS, station_id, invitation],
    enabled: station_id !== undefined,
    queryFn: () =>
      answer(
        api.GET("/api/v1/live/stations/{station_id}", {
          params: { path: { station_id: station_id ?? "" }, query: { invitation } },
        }),
      ),
  });
}

export function useStyles() {
  return useQuery({
    queryKey: ["live", "styles"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => answer(api.GET("/api/v1/live/styles")),
  });
}

function useChanging<Asked, Answer>(change: (asked: Asked) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: STATIONS }),
  });
}

export function useCreateStation() {
  return useChanging((body: StationNew) => answer(api.POST("/api/v1/live/stations", { body })));
}

export function useEditStation(station_id: string) {
  return useChanging((body: StationEdit) =>
    answer(
      api.PATCH("/api/v1/live/stations/{station_id}", { params: { path: { station_id } }, body }),
    ),
  );
}

export function useDeleteStation() {
  return useChanging((station_id: string) =>
    answer(api.DELETE("/api/v1/live/stations/{station_id}", { params: { path: { station_id } } })),
  );
}

/** A server that has not answered for so long has died while it was asked. */
const TICKET_WITHIN_MS = 8_000;

/** What opens one socket of a station, once. */
export async function ticketFor(station_id: string, invitation: string): Promise<string> {
  const { ticket } = await answer(
    api.POST("/api/v1/live/stations/{station_id}/ticket", {
      params: { path: { station_id } },
      body: { invitation },
      signal: AbortSignal.timeout(TICKET_WITHIN_MS),
    }),
  );
  return ticket;
}
