import { Histories } from "./Histories";
import { Scrobbling } from "./Scrobbling";

/** What one sets for oneself. */
export default function SettingsPage() {
  return (
    <section>
      <h1>Settings</h1>
      <Scrobbling />
      <Histories />
    </section>
  );
}
