"""Accounts: sign-up, sign-in, sessions and API keys, over the service's own API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import grpc
import pytest
from argon2 import PasswordHasher

from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import accounts_pb2 as pb
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.catalog.tests.conftest import Running
    from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceAsyncStub

PASSWORD = "a slow train of thought"
"""Good enough for everyone here."""


@pytest.fixture
def accounts(running: Running) -> AccountsServiceAsyncStub:
    return AccountsServiceStub(running.channel)


async def sign_up(accounts: AccountsServiceAsyncStub, name: str) -> pb.User:
    reply = await accounts.CreateUser(pb.CreateUserRequest(name=name, password=PASSWORD))
    return reply.user


async def sign_in(
    accounts: AccountsServiceAsyncStub, name: str = "ada", password: str = PASSWORD
) -> pb.SignInResponse:
    request = pb.SignInRequest(name=name, password=password, device="a phone")
    return await accounts.SignIn(request)


async def refresh(accounts: AccountsServiceAsyncStub, token: str) -> str:
    reply = await accounts.RefreshSession(pb.RefreshSessionRequest(refresh_token=token))
    return reply.refresh_token


async def test_the_first_user_becomes_operator_and_has_a_library(
    accounts: AccountsServiceAsyncStub,
) -> None:
    request = pb.CreateUserRequest(
        name="Ada.L", password=PASSWORD, display_name="Ada", email="ada@Example.org"
    )
    ada = (await accounts.CreateUser(request)).user
    bob = await sign_up(accounts, "bob")
    assert (ada.name, ada.display_name, ada.email) == ("Ada.L", "Ada", "ada@example.org")
    assert (ada.role, bob.role) == (pb.ROLE_OPERATOR, pb.ROLE_LISTENER)
    assert bob.display_name == "bob"
    assert bob.plan == pb.PLAN_FREE
    assert ada.own_library_id
    assert ada.own_library_id != bob.own_library_id
    assert (await accounts.GetUser(pb.GetUserRequest(user_id=bob.id))).user == bob


async def test_of_people_who_sign_up_at_once_exactly_one_becomes_operator(
    accounts: AccountsServiceAsyncStub,
) -> None:
    users = await asyncio.gather(*(sign_up(accounts, f"user{n}") for n in range(8)))
    assert [user.role for user in users].count(pb.ROLE_OPERATOR) == 1


async def test_a_name_belongs_to_one_person_whatever_its_case(
    accounts: AccountsServiceAsyncStub,
) -> None:
    names = ["Straße", "STRASSE", "strasse", "straße"]
    outcomes = await asyncio.gather(
        *(sign_up(accounts, name) for name in names), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert [each.code() for each in refused] == [grpc.StatusCode.ALREADY_EXISTS] * 3
    assert (await sign_in(accounts, "STRASSE")).user.name in names


async def test_what_makes_no_good_account_is_refused_with_the_reason(
    accounts: AccountsServiceAsyncStub,
) -> None:
    for field, value, reason in (
        ("name", "a", "2 to 64"),
        ("name", "a b", "letters"),
        ("name", "x\0y", "letters"),
        ("password", "too short", "10 to 256"),
        ("password", "x" * 257, "10 to 256"),
        ("password", "ada.lovelace", "the name"),
        ("password", "Password123", "first that are tried"),
        ("password", "aaaaaaaaaaaa", "first that are tried"),
        ("email", "ada", "e-mail"),
        ("display_name", "Ada\nLovelace", "one line"),
        ("display_name", "x" * 101, "at most 100"),
    ):
        request = pb.CreateUserRequest(name="Ada.Lovelace", password=PASSWORD)
        setattr(request, field, value)
        code, words = await refusal(accounts.CreateUser(request))
        assert code is grpc.StatusCode.INVALID_ARGUMENT, (field, value)
        assert reason in words


async def test_signing_in_opens_a_session_that_can_be_checked_and_ended(
    accounts: AccountsServiceAsyncStub,
) -> None:
    ada = await sign_up(accounts, "ada")
    session = (await sign_in(accounts, "ADA")).session
    assert (session.user_id, session.device) == (ada.id, "a phone")
    check = pb.CheckSessionRequest(session_id=session.id)
    assert (await accounts.CheckSession(check)).user == ada
    listed = await accounts.ListSessions(pb.ListSessionsRequest(user_id=ada.id))
    assert list(listed.sessions) == [session]
    await accounts.EndSession(pb.EndSessionRequest(user_id="another", session_id=session.id))
    assert (await accounts.CheckSession(check)).user == ada
    for _ in range(2):
        await accounts.EndSession(pb.EndSessionRequest(user_id=ada.id, session_id=session.id))
    code, _ = await refusal(accounts.CheckSession(check))
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_whatever_is_wrong_with_a_sign_in_the_answer_is_the_same(
    accounts: AccountsServiceAsyncStub,
) -> None:
    ada, bob = await sign_up(accounts, "ada"), await sign_up(accounts, "bob")
    await accounts.EditUser(pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, disabled=True))
    attempts = [
        ("ada", "another password"),
        ("ada", ""),
        ("ada", "x" * 1000),
        ("nobody", PASSWORD),
        ("no body\0", PASSWORD),
        ("", ""),
        ("bob", PASSWORD),
    ]
    answers = {await refusal(sign_in(accounts, *attempt)) for attempt in attempts}
    assert answers == {(grpc.StatusCode.UNAUTHENTICATED, "name or password is wrong")}


async def test_every_refusal_to_sign_in_costs_one_hash_of_the_same_price(
    accounts: AccountsServiceAsyncStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that time tells nobody who has an account; counted, for a busy machine measures badly."""
    ada, bob = await sign_up(accounts, "ada"), await sign_up(accounts, "bob")
    await accounts.EditUser(pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, disabled=True))
    verify, prices = PasswordHasher.verify, []

    def counted(hasher: PasswordHasher, kept: str | bytes, password: str | bytes) -> bool:
        prices.append(str(kept).rpartition("$")[0].rpartition("$")[0])
        return bool(verify(hasher, kept, password))

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for name, password in (
        ("ada", "wrong wrong wrong"),
        ("ada", ""),
        ("ada", "x" * 10_000),
        ("bob", PASSWORD),
        ("nobody", PASSWORD),
        ("", ""),
        ("null", "null"),
        ("a\0b", PASSWORD),
        ("x" * 10_000, PASSWORD),
    ):
        prices.clear()
        code, message = await refusal(sign_in(accounts, name, password))
        assert (code, message) == (grpc.StatusCode.UNAUTHENTICATED, "name or password is wrong")
        assert prices == ["$argon2id$v=19$m=64,t=1,p=1"], name


async def test_a_password_is_kept_as_argon2id_and_hashed_anew_when_its_cost_changes(
    running: Running, accounts: AccountsServiceAsyncStub
) -> None:
    await sign_up(accounts, "ada")
    kept = "SELECT password_hash FROM users"
    today = "$argon2id$v=19$m=64,t=1,p=1$"
    assert (await running.database.fetchval(kept)).startswith(today)
    of_old = PasswordHasher(memory_cost=32, time_cost=1, parallelism=1).hash(PASSWORD)
    await running.database.execute("UPDATE users SET password_hash = $1", of_old)
    for _ in range(2):
        await sign_in(accounts)
        assert (await running.database.fetchval(kept)).startswith(today)


async def test_a_refresh_token_is_good_for_one_use(accounts: AccountsServiceAsyncStub) -> None:
    await sign_up(accounts, "ada")
    signed_in = await sign_in(accounts)
    tokens = [signed_in.refresh_token]
    for _ in range(3):
        tokens.append(await refresh(accounts, tokens[-1]))
    assert len(set(tokens)) == 4
    code, words = await refusal(refresh(accounts, tokens[0]))
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert "used before" in words
    code, _ = await refusal(refresh(accounts, tokens[-1]))
    assert code is grpc.StatusCode.UNAUTHENTICATED
    code, _ = await refusal(
        accounts.CheckSession(pb.CheckSessionRequest(session_id=signed_in.session.id))
    )
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_refresh_whose_answer_was_lost_may_be_asked_again(
    accounts: AccountsServiceAsyncStub,
) -> None:
    await sign_up(accounts, "ada")
    first = (await sign_in(accounts)).refresh_token
    lost, received = await refresh(accounts, first), await refresh(accounts, first)
    assert lost != received
    await refresh(accounts, received)
    code, _ = await refusal(refresh(accounts, lost))
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_token_of_no_session_is_refused(accounts: AccountsServiceAsyncStub) -> None:
    for token in ("", ".", "nobodys", "nobodys.token", "no\0body.é"):
        assert (await refusal(refresh(accounts, token)))[0] is grpc.StatusCode.UNAUTHENTICATED


async def test_an_expired_session_is_none(
    running: Running, accounts: AccountsServiceAsyncStub
) -> None:
    ada = await sign_up(accounts, "ada")
    signed_in = await sign_in(accounts)
    await running.database.execute("UPDATE sessions SET expires_at = now()")
    check = pb.CheckSessionRequest(session_id=signed_in.session.id)
    assert (await refusal(accounts.CheckSession(check)))[0] is grpc.StatusCode.UNAUTHENTICATED
    code, _ = await refusal(refresh(accounts, signed_in.refresh_token))
    assert code is grpc.StatusCode.UNAUTHENTICATED
    listed = await accounts.ListSessions(pb.ListSessionsRequest(user_id=ada.id))
    assert not listed.sessions
    await sign_in(accounts)
    assert await running.database.fetchval("SELECT count(*) FROM sessions") == 1


async def test_a_user_has_at_most_a_hundred_sessions(
    running: Running, accounts: AccountsServiceAsyncStub
) -> None:
    await sign_up(accounts, "ada")
    oldest = await sign_in(accounts)
    await running.database.execute(
        """
        INSERT INTO sessions (id, user_id, device, created_at, last_used_at, expires_at,
            family_sha256, live_sha256s)
        SELECT n::text, $1, '', now(), now(), now() + interval '1 day', n::text::bytea, '{}'
        FROM generate_series(1, 99) AS n
        """,
        oldest.user.id,
    )
    await sign_in(accounts)
    assert await running.database.fetchval("SELECT count(*) FROM sessions") == 100
    code, _ = await refusal(refresh(accounts, oldest.refresh_token))
    assert code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_new_password_ends_every_other_session(accounts: AccountsServiceAsyncStub) -> None:
    ada = await sign_up(accounts, "ada")
    here, there = await sign_in(accounts), await sign_in(accounts)
    request = pb.ChangePasswordRequest(
        user_id=ada.id,
        old_password=PASSWORD,
        new_password="quite another thought",
        keep_session_id=here.session.id,
    )
    await accounts.ChangePassword(request)
    await refresh(accounts, here.refresh_token)
    for call in (
        refresh(accounts, there.refresh_token),
        sign_in(accounts),
    ):
        assert (await refusal(call))[0] is grpc.StatusCode.UNAUTHENTICATED
    await sign_in(accounts, "ada", "quite another thought")
    code, words = await refusal(accounts.ChangePassword(request))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert "old password" in words


async def test_a_new_password_must_be_a_good_one(accounts: AccountsServiceAsyncStub) -> None:
    ada = await sign_up(accounts, "ada")
    request = pb.ChangePasswordRequest(
        user_id=ada.id, old_password=PASSWORD, new_password="1234567890"
    )
    code, _ = await refusal(accounts.ChangePassword(request))
    assert code is grpc.StatusCode.INVALID_ARGUMENT


async def test_people_change_what_they_are_called_and_operators_the_rest(
    accounts: AccountsServiceAsyncStub,
) -> None:
    ada, bob = await sign_up(accounts, "ada"), await sign_up(accounts, "bob")
    edit = pb.EditUserRequest(viewer_id=bob.id, user_id=bob.id, display_name="Robert", email="")
    assert (await accounts.EditUser(edit)).user.display_name == "Robert"
    for forbidden in (
        pb.EditUserRequest(viewer_id=bob.id, user_id=bob.id, role=pb.ROLE_OPERATOR),
        pb.EditUserRequest(viewer_id=bob.id, user_id=bob.id, plan=pb.PLAN_STUDIO),
        pb.EditUserRequest(viewer_id=bob.id, user_id=ada.id, display_name="Eve"),
        pb.EditUserRequest(viewer_id=bob.id, user_id=ada.id, disabled=True),
    ):
        code, _ = await refusal(accounts.EditUser(forbidden))
        assert code is grpc.StatusCode.PERMISSION_DENIED
    promoted = await accounts.EditUser(
        pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, role=pb.ROLE_ARTIST, plan=pb.PLAN_PLUS)
    )
    assert (promoted.user.role, promoted.user.plan) == (pb.ROLE_ARTIST, pb.PLAN_PLUS)
    for senseless in (
        pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, role=pb.ROLE_UNSPECIFIED),
        pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, plan=pb.PLAN_UNSPECIFIED),
        pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, display_name=" "),
    ):
        code, _ = await refusal(accounts.EditUser(senseless))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
    code, _ = await refusal(
        accounts.EditUser(pb.EditUserRequest(viewer_id=ada.id, user_id="nobody", email=""))
    )
    assert code is grpc.StatusCode.NOT_FOUND


async def test_who_is_disabled_is_signed_out_and_their_keys_open_nothing(
    accounts: AccountsServiceAsyncStub,
) -> None:
    ada, bob = await sign_up(accounts, "ada"), await sign_up(accounts, "bob")
    token = (await sign_in(accounts, "bob")).refresh_token
    key = await accounts.CreateApiKey(pb.CreateApiKeyRequest(user_id=bob.id, name="script"))
    check = pb.CheckApiKeyRequest(secret=key.secret)
    disable = pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, disabled=True)
    assert (await accounts.EditUser(disable)).user.disabled
    for call in (refresh(accounts, token), accounts.CheckApiKey(check)):
        assert (await refusal(call))[0] is grpc.StatusCode.UNAUTHENTICATED
    disable.disabled = False
    await accounts.EditUser(disable)
    assert (await refusal(refresh(accounts, token)))[0] is grpc.StatusCode.UNAUTHENTICATED
    assert (await accounts.CheckApiKey(check)).user.id == bob.id


async def test_the_last_operator_stays(accounts: AccountsServiceAsyncStub) -> None:
    ada, bob = await sign_up(accounts, "ada"), await sign_up(accounts, "bob")
    departures: list[Awaitable[object]] = [
        accounts.EditUser(
            pb.EditUserRequest(viewer_id=ada.id, user_id=ada.id, role=pb.ROLE_ARTIST)
        ),
        accounts.EditUser(pb.EditUserRequest(viewer_id=ada.id, user_id=ada.id, disabled=True)),
        accounts.RemoveUser(pb.RemoveUserRequest(viewer_id=ada.id, user_id=ada.id)),
    ]
    for departure in departures:
        assert (await refusal(departure))[0] is grpc.StatusCode.FAILED_PRECONDITION
    promote = pb.EditUserRequest(viewer_id=ada.id, user_id=bob.id, role=pb.ROLE_OPERATOR)
    await accounts.EditUser(promote)
    both_leave = await asyncio.gather(
        *(
            accounts.RemoveUser(pb.RemoveUserRequest(viewer_id=user.id, user_id=user.id))
            for user in (ada, bob)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, grpc.aio.AioRpcError) for outcome in both_leave) == 1


async def test_a_user_goes_with_all_that_was_theirs(
    running: Running, accounts: AccountsServiceAsyncStub
) -> None:
    ada, bob = await sign_up(accounts, "ada"), await sign_up(accounts, "bob")
    await sign_in(accounts, "bob")
    await accounts.CreateApiKey(pb.CreateApiKeyRequest(user_id=bob.id, name="script"))
    code, _ = await refusal(
        accounts.RemoveUser(pb.RemoveUserRequest(viewer_id=bob.id, user_id=ada.id))
    )
    assert code is grpc.StatusCode.PERMISSION_DENIED
    await accounts.RemoveUser(pb.RemoveUserRequest(viewer_id=bob.id, user_id=bob.id))
    code, _ = await refusal(accounts.GetUser(pb.GetUserRequest(user_id=bob.id)))
    assert code is grpc.StatusCode.NOT_FOUND
    for table in ("sessions", "api_keys"):
        assert await running.database.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    visible = "SELECT count(*) FROM visible_libraries($1)"
    assert await running.database.fetchval(visible, ada.id) == 1


async def test_operators_list_users_page_by_page(accounts: AccountsServiceAsyncStub) -> None:
    users = [await sign_up(accounts, name) for name in ("eve", "Bob", "ada", "Dan", "cleo")]
    request = pb.ListUsersRequest(viewer_id=users[0].id, page_size=2)
    listed = []
    while True:
        reply = await accounts.ListUsers(request)
        listed += [user.name for user in reply.users]
        if not (token := reply.next_page_token):
            break
        request.page_token = token
    assert listed == ["ada", "Bob", "cleo", "Dan", "eve"]
    for senseless in (
        pb.ListUsersRequest(viewer_id=users[0].id, page_size=501),
        pb.ListUsersRequest(viewer_id=users[0].id, page_size=-1),
        pb.ListUsersRequest(viewer_id=users[0].id, page_token="nonsense"),
        pb.ListUsersRequest(viewer_id=users[0].id, page_token="é"),
        pb.ListUsersRequest(viewer_id=users[0].id, page_token="WzFd"),
    ):
        assert (await refusal(accounts.ListUsers(senseless)))[0] is (
            grpc.StatusCode.INVALID_ARGUMENT
        )
    code, _ = await refusal(accounts.ListUsers(pb.ListUsersRequest(viewer_id=users[1].id)))
    assert code is grpc.StatusCode.PERMISSION_DENIED


async def test_an_api_key_is_shown_once_known_by_its_hash_and_revoked(
    running: Running, accounts: AccountsServiceAsyncStub
) -> None:
    ada = await sign_up(accounts, "ada")
    made = await accounts.CreateApiKey(pb.CreateApiKeyRequest(user_id=ada.id, name="my script"))
    assert made.secret.startswith("tk_")
    assert made.secret.startswith(made.key.hint)
    assert len(made.key.hint) < 10
    assert not made.key.HasField("last_used_at_unix_ms")
    kept = str([dict(row) for row in await running.database.fetch("SELECT * FROM api_keys")])
    assert made.secret not in kept
    check = pb.CheckApiKeyRequest(secret=made.secret)
    for _ in range(2):
        checked = await accounts.CheckApiKey(check)
        assert (checked.user, checked.key_id) == (ada, made.key.id)
    [listed] = (await accounts.ListApiKeys(pb.ListApiKeysRequest(user_id=ada.id))).keys
    assert listed.name == "my script"
    assert listed.HasField("last_used_at_unix_ms")
    revoke = pb.RevokeApiKeyRequest(user_id="another", key_id=made.key.id)
    assert (await refusal(accounts.RevokeApiKey(revoke)))[0] is grpc.StatusCode.NOT_FOUND
    revoke.user_id = ada.id
    await accounts.RevokeApiKey(revoke)
    assert (await refusal(accounts.CheckApiKey(check)))[0] is grpc.StatusCode.UNAUTHENTICATED


async def test_a_user_has_at_most_a_hundred_api_keys(
    running: Running, accounts: AccountsServiceAsyncStub
) -> None:
    ada = await sign_up(accounts, "ada")
    await running.database.execute(
        """
        INSERT INTO api_keys (id, user_id, name, hint, secret_sha256)
        SELECT n::text, $1, 'script', '', n::text::bytea FROM generate_series(1, 100) AS n
        """,
        ada.id,
    )
    code, _ = await refusal(
        accounts.CreateApiKey(pb.CreateApiKeyRequest(user_id=ada.id, name="one more"))
    )
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_what_is_asked_of_a_user_who_is_not_there_is_not_found(
    accounts: AccountsServiceAsyncStub,
) -> None:
    for call in (
        accounts.GetUser(pb.GetUserRequest(user_id="nobody")),
        accounts.CreateApiKey(pb.CreateApiKeyRequest(user_id="nobody", name="script")),
        accounts.ChangePassword(pb.ChangePasswordRequest(user_id="nobody")),
        accounts.RemoveUser(pb.RemoveUserRequest(viewer_id="nobody", user_id="nobody")),
    ):
        assert (await refusal(call))[0] is grpc.StatusCode.NOT_FOUND


async def test_an_id_that_cannot_be_one_is_refused(accounts: AccountsServiceAsyncStub) -> None:
    code, _ = await refusal(accounts.GetUser(pb.GetUserRequest(user_id="no\0body")))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
