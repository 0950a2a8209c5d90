/** Why something was refused, if it was. */
export function Refusal({ of }: { of: Error | null }) {
  return of && <p role="alert">{of.message}</p>;
}
