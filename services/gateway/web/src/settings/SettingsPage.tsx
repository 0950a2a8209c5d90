import { Shares } from "../share/Shares";
import { ApiKeys, AppPasswords } from "./Apps";
import { Histories } from "./Histories";
import { Scrobbling } from "./Scrobbling";

/** What one sets for oneself. */
export default function SettingsPage() {
  return (
    <section>
      <h1>Settings</h1>
      <AppPasswords />
      <Shares />
      <Scrobbling />
      <Histories />
      <ApiKeys />
    </section>
  );
}
