"""Whether sessions, API keys and users still stand.

The catalog knows. What it said is kept 30 s in Redis for all replicas and 5 s
in each. Signing out, a password change, disabling and removal delete it from
Redis and from this replica at once, so another replica may let a session that
was ended pass for 5 s more; one that was being checked in the very moment it
ended, for 35 s at most. When Redis is away, the catalog is asked.
"""

import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from hashlib import sha256

from libs.common.cache import Cache
from libs.common.faults import Unauthenticated, Unavailable
from services.gateway.adapters.peers import AccountsStub, AppsStub
from services.gateway.adapters.recent import Recent
from services.gateway.domain.apps.proofs import ByPassword, ByToken
from services.gateway.domain.principals import Principal, Proof
from tutti.catalog.v1 import accounts_pb2 as pb
from tutti.catalog.v1 import apps_pb2

logger = logging.getLogger(__name__)

SHARED_S = 30.0
OWN_S = 5.0


class Identities:
    """Turns what someone proved into who they are now."""

    def __init__(self, accounts: AccountsStub, apps: AppsStub, cache: Cache) -> None:
        self._accounts = accounts
        self._apps = apps
        self._cache = cache
        self._recent: Recent[str, Principal] = Recent(OWN_S)
        self._proven: Recent[str, tuple[str, Principal]] = Recent(OWN_S)

    async def of_session(self, session_id: str, proof: Proof) -> Principal:
        """The user of a session. Raises Unauthenticated when it has ended."""

        async def check() -> Principal:
            answer = await self._accounts.CheckSession(
                pb.CheckSessionRequest(session_id=session_id)
            )
            return principal(answer.user, session_id, proof)

        return replace(await self._known(f"session:{session_id}", check), proof=proof)

    async def of_user(self, user_id: str) -> Principal:
        """A user a link was signed for without a session. Raises Unauthenticated when gone."""

        async def check() -> Principal:
            answer = await self._accounts.GetUser(pb.GetUserRequest(user_id=user_id))
            return principal(answer.user, "", Proof.LINK)

        return await self._known(f"user:{user_id}", check)

    async def of_api_key(self, secret: str) -> Principal:
        """The user of an API key. Raises Unauthenticated when it is nobody's."""
        name = sha256(secret.encode()).hexdigest()

        async def check() -> Principal:
            answer = await self._accounts.CheckApiKey(pb.CheckApiKeyRequest(secret=secret))
            await self._share(f"api-key:{answer.key_id}", name.encode())
            return replace(principal(answer.user, "", Proof.API_KEY), key_id=answer.key_id)

        return await self._known(f"secret:{name}", check)

    async def of_ticket_by_key(self, user_id: str, key_id: str) -> Principal:
        """The user of an API key that asked for a ticket. Raises Unauthenticated when revoked."""

        async def check() -> Principal:
            answer = await self._accounts.ListApiKeys(pb.ListApiKeysRequest(user_id=user_id))
            if key_id not in {key.id for key in answer.keys}:
                raise Unauthenticated("this API key was revoked")
            return replace(await self.of_user(user_id), key_id=key_id)

        return await self._known(f"key:{key_id}", check)

    async def of_app(self, shown: ByPassword | ByToken) -> Principal:
        """The user of an app password. Raises Unauthenticated when it is nobody's.

        What was proven is kept in this replica alone, and for a moment: most apps make another
        digest for each call.
        """
        name = f"app:{shown.user_name.casefold()}"
        secret, recent = self._proven.get(name) or ("", None)
        if recent is not None and shown.proves(secret):
            return recent
        answer = await self._apps.CheckAppPassword(asked_of_app(shown))
        known = principal(answer.user, "", Proof.APP)
        self._proven.keep(name, (answer.secret, known))
        return known

    def forget_apps(self) -> None:
        """An app password was revoked or replaced."""
        self._proven.clear()

    async def forget_session(self, session_id: str) -> None:
        """A session ended."""
        await self._forget(f"session:{session_id}")

    async def forget_api_key(self, key_id: str) -> None:
        """An API key was revoked."""
        try:
            name = await self._cache.get(f"identity:api-key:{key_id}")
        except Unavailable:
            name = None
        self._recent.clear()
        secret = () if name is None else (f"secret:{name.decode()}",)
        await self._forget(f"key:{key_id}", *secret)

    @asynccontextmanager
    async def changing(self, user_id: str) -> AsyncGenerator[None]:
        """Forget all that was known of a user once the change within is made.

        What they have is listed before, for afterwards it may be gone.
        """
        sessions = await self._accounts.ListSessions(pb.ListSessionsRequest(user_id=user_id))
        keys = await self._accounts.ListApiKeys(pb.ListApiKeysRequest(user_id=user_id))
        try:
            yield
        finally:
            self.forget_apps()
            await self._forget(f"user:{user_id}")
            for session in sessions.sessions:
                await self.forget_session(session.id)
            for key in keys.keys:
                await self.forget_api_key(key.id)

    async def _known(self, name: str, check: Callable[[], Awaitable[Principal]]) -> Principal:
        if recent := self._recent.get(name):
            return recent  # not kept anew: who asks often would be known for ever
        known = await self._shared(name)
        if known is None:
            known = await check()
            await self._share(name, json.dumps(asdict(known)).encode())
        self._recent.keep(name, known)
        return known

    async def _shared(self, name: str) -> Principal | None:
        try:
            kept = await self._cache.get(f"identity:{name}")
        except Unavailable:
            return None
        if kept is None:
            return None
        fields = json.loads(kept)
        return Principal(**fields | {"proof": Proof(fields["proof"])})

    async def _share(self, name: str, value: bytes) -> None:
        try:
            await self._cache.set(f"identity:{name}", value, SHARED_S)
        except Unavailable:
            logger.debug("not shared: the cache is away")

    async def _forget(self, *names: str) -> None:
        for name in names:
            self._recent.forget(name)
        try:
            await self._cache.delete(*(f"identity:{name}" for name in names))
        except Unavailable:
            logger.warning("the cache is away: other replicas learn of this within 30 s")


def asked_of_app(shown: ByPassword | ByToken) -> apps_pb2.CheckAppPasswordRequest:
    """The catalog's question about an app password."""
    if isinstance(shown, ByPassword):
        return apps_pb2.CheckAppPasswordRequest(user_name=shown.user_name, secret=shown.secret)
    token = apps_pb2.AppToken(digest=shown.digest, salt=shown.salt)
    return apps_pb2.CheckAppPasswordRequest(user_name=shown.user_name, token=token)


def principal(user: pb.User, session_id: str, proof: Proof) -> Principal:
    """A user as they act; those disabled may not."""
    if user.disabled:
        raise Unauthenticated("this account is disabled", "account_disabled")
    return Principal(
        user_id=user.id,
        name=user.name,
        role=pb.Role.Name(user.role).removeprefix("ROLE_").lower(),
        plan=pb.Plan.Name(user.plan).removeprefix("PLAN_").lower(),
        session_id=session_id,
        proof=proof,
    )
