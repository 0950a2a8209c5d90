import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";

const PASSWORDS = ["app-passwords"];
const KEYS = ["api-keys"];

function useChange<T>(key: readonly string[], change: (asked: string) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}

export function useAppPasswords() {
  return useQuery({
    queryKey: PASSWORDS,
    queryFn: async () => (await answer(api.GET("/api/v1/me/app-passwords"))).items,
  });
}

export function useMakeAppPassword() {
  return useChange(PASSWORDS, async (name) => {
    const made = await answer(api.POST("/api/v1/me/app-passwords", { body: { name } }));
    return { key: made.app_password, secret: made.secret };
  });
}

export function useRevokeAppPassword() {
  return useChange(PASSWORDS, (app_password_id) =>
    answer(
      api.DELETE("/api/v1/me/app-passwords/{app_password_id}", {
        params: { path: { app_password_id } },
      }),
    ),
  );
}

export function useApiKeys() {
  return useQuery({
    queryKey: KEYS,
    queryFn: async () => (await answer(api.GET("/api/v1/me/api-keys"))).items,
  });
}

export function useMakeApiKey() {
  return useChange(KEYS, (name) => answer(api.POST("/api/v1/me/api-keys", { body: { name } })));
}

export function useRevokeApiKey() {
  return useChange(KEYS, (key_id) =>
    answer(api.DELETE("/api/v1/me/api-keys/{key_id}", { params: { path: { key_id } } })),
  );
}
