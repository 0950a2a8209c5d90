import { useSession } from "../session/SessionGate";
import { CopyField } from "../ui/CopyField";
import { KeyList } from "./Keys";
import {
  useApiKeys,
  useAppPasswords,
  useMakeApiKey,
  useMakeAppPassword,
  useRevokeApiKey,
  useRevokeAppPassword,
} from "./keyQueries";

/** Passwords for apps that play music: those that speak OpenSubsonic. */
export function AppPasswords() {
  const { user } = useSession();
  const found = useAppPasswords();
  return (
    <>
      <h2>App passwords</h2>
      <p className="hush">
        Any app that speaks OpenSubsonic or Subsonic plays your music. Each gets a password of its
        own, never that of your account.
      </p>
      <KeyList
        name="App passwords"
        what="an app password"
        example="telephone"
        found={found}
        making={useMakeAppPassword()}
        revoking={useRevokeAppPassword()}
      >
        {(secret) => (
          <>
            <p>Enter these in the app. The password is not shown again.</p>
            <CopyField name="Server address" value={window.location.origin} />
            <CopyField name="User name" value={user.name} />
            <CopyField name="Password" value={secret} />
          </>
        )}
      </KeyList>
    </>
  );
}

/** Keys for scripts, and for apps that take a key in place of a name and a password. */
export function ApiKeys() {
  const found = useApiKeys();
  return (
    <>
      <h2>API keys</h2>
      <p className="hush">
        For scripts and for apps that take a key. What they may do is described at{" "}
        <a className="in-text" href="/api/docs">
          /api/docs
        </a>
        .
      </p>
      <KeyList
        name="API keys"
        what="an API key"
        example="living room"
        found={found}
        making={useMakeApiKey()}
        revoking={useRevokeApiKey()}
      >
        {(secret) => (
          <>
            <p>Sent as “Authorization: Bearer …”. The key is not shown again.</p>
            <CopyField name="Key" value={secret} />
          </>
        )}
      </KeyList>
    </>
  );
}
