/** Stands where something is on its way, or says why it does not come. */
export function Waiting({ error }: { error: Error | null }) {
  return error ? <p role="alert">{error.message}</p> : <p className="hush">Loading …</p>;
}
