import { Copy } from "lucide-react";
import { useRef } from "react";
import { addressesOf } from "./addresses";
import type { Station } from "./queries";
import { useSaid } from "./useSaid";

/** The addresses at which other apps hear a station. */
export function Elsewhere({ station, invitation }: { station: Station; invitation: string }) {
  const [said, say] = useSaid();
  const { addresses, admits } = addressesOf(station, invitation, window.location.origin);
  return (
    <details className="elsewhere">
      <summary>Listen in another app</summary>
      <p className="hush">{admits}</p>
      <ul>
        {addresses.map(({ name, address }) => (
          <Address key={name} name={name} address={address} say={say} />
        ))}
      </ul>
      <p className="said" role="status">
        {said}
      </p>
    </details>
  );
}

function Address({
  name,
  address,
  say,
}: {
  name: string;
  address: string;
  say: (said: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);

  async function copy(): Promise<void> {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(address);
      say(`The address for ${name} is copied.`);
    } catch {
      // Browsers let only pages by https, or from this machine, write to the clipboard.
      say("The address is marked: copy it from here.");
    }
  }

  return (
    <li>
      <label>
        <span className="hush">{name}</span>
        <input ref={field} readOnly value={address} />
      </label>
      <button
        type="button"
        className="icon"
        aria-label={`Copy the address for ${name}`}
        onClick={copy}
      >
        <Copy />
      </button>
    </li>
  );
}
