"""App passwords, over the service's own API."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.adapters.sealing import CannotUnseal, Sealing
from services.catalog.domain.apps import LETTERS
from services.catalog.tests.conftest import SECRET
from services.catalog.tests.refusals import refusal
from services.catalog.tests.test_accounts import sign_up
from tutti.catalog.v1 import accounts_pb2
from tutti.catalog.v1 import apps_pb2 as pb
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub
from tutti.catalog.v1.apps_pb2_grpc import AppsServiceStub

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from tutti.catalog.v1.apps_pb2_grpc import AppsServiceAsyncStub

Made = tuple[str, pb.CreateAppPasswordResponse]


@pytest.fixture
def apps(running: Running) -> AppsServiceAsyncStub:
    return AppsServiceStub(running.channel)


@pytest.fixture
async def made(running: Running, apps: AppsServiceAsyncStub) -> Made:
    """Ada's id, and a password of an app of hers."""
    ada = await sign_up(AccountsServiceStub(running.channel), "Ada")
    asked = pb.CreateAppPasswordRequest(user_id=ada.id, name="telephone")
    return ada.id, await apps.CreateAppPassword(asked)


def said(secret: str, name: str = "ada") -> pb.CheckAppPasswordRequest:
    return pb.CheckAppPasswordRequest(user_name=name, secret=secret)


def digested(secret: str, salt: str = "c19b2d") -> pb.CheckAppPasswordRequest:
    digest = hashlib.md5(f"{secret}{salt}".encode(), usedforsecurity=False).hexdigest()
    return pb.CheckAppPasswordRequest(user_name="ada", token=pb.AppToken(digest=digest, salt=salt))


async def test_an_app_proves_its_password_by_saying_it_or_by_a_digest(
    apps: AppsServiceAsyncStub, made: Made
) -> None:
    user_id, password = made
    for proof in (said(password.secret), said(password.secret, "ADA"), digested(password.secret)):
        answer = await apps.CheckAppPassword(proof)
        assert answer.user.id == user_id
        assert answer.app_password_id == password.app_password.id
    [kept] = (
        await apps.ListAppPasswords(pb.ListAppPasswordsRequest(user_id=user_id))
    ).app_passwords
    assert kept.name == "telephone"
    assert kept.last_used_at_unix_ms


async def test_each_of_several_passwords_opens_and_is_told_from_the_others(
    apps: AppsServiceAsyncStub, made: Made
) -> None:
    user_id, first = made
    asked = pb.CreateAppPasswordRequest(user_id=user_id, name="car")
    second = await apps.CreateAppPassword(asked)
    for password in (first, second):
        answer = await apps.CheckAppPassword(digested(password.secret, "another salt"))
        assert answer.app_password_id == password.app_password.id


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "proof",
    [
        said(""),
        said("a slow train of thought"),
        said("abcd-efgh", "nobody"),
        said("abcd-efgh", ""),
        pb.CheckAppPasswordRequest(user_name="ada", token=pb.AppToken(digest="", salt="")),
        digested(""),
    ],
)
async def test_what_proves_nothing_is_refused_alike(
    apps: AppsServiceAsyncStub, proof: pb.CheckAppPasswordRequest
) -> None:
    code, detail = await refusal(apps.CheckAppPassword(proof))
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert "apps have passwords of their own" in detail


async def test_neither_revoked_passwords_nor_disabled_people_get_in(
    running: Running, apps: AppsServiceAsyncStub, made: Made
) -> None:
    accounts = AccountsServiceStub(running.channel)
    user_id, password = made
    bob = await sign_up(accounts, "bob")
    bobs = await apps.CreateAppPassword(pb.CreateAppPasswordRequest(user_id=bob.id, name="x"))
    await accounts.EditUser(
        accounts_pb2.EditUserRequest(viewer_id=user_id, user_id=bob.id, disabled=True)
    )
    refused, _ = await refusal(apps.CheckAppPassword(said(bobs.secret, "bob")))
    theirs = pb.RevokeAppPasswordRequest(user_id=bob.id, app_password_id=password.app_password.id)
    unknown, _ = await refusal(apps.RevokeAppPassword(theirs))
    await apps.RevokeAppPassword(
        pb.RevokeAppPasswordRequest(user_id=user_id, app_password_id=password.app_password.id)
    )
    revoked, _ = await refusal(apps.CheckAppPassword(said(password.secret)))
    assert (refused, revoked) == (grpc.StatusCode.UNAUTHENTICATED,) * 2
    assert unknown is grpc.StatusCode.NOT_FOUND


async def test_a_password_can_be_replaced_by_one_of_ones_own(
    apps: AppsServiceAsyncStub, made: Made
) -> None:
    user_id, password = made

    async def replace(secret: str) -> None:
        await apps.ReplaceAppPassword(
            pb.ReplaceAppPasswordRequest(
                user_id=user_id, app_password_id=password.app_password.id, secret=secret
            )
        )

    assert await refusal(replace("short")) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "a password has 10 to 256 characters",
    )
    await replace("seven brass bells")
    await apps.CheckAppPassword(digested("seven brass bells"))
    refused, _ = await refusal(apps.CheckAppPassword(said(password.secret)))
    assert refused is grpc.StatusCode.UNAUTHENTICATED


async def test_what_is_written_down_is_of_no_use_to_who_reads_it(
    running: Running, made: Made
) -> None:
    _, password = made
    [row] = await running.database.fetch("SELECT * FROM app_passwords")
    assert password.secret.encode() not in row["sealed"]
    assert Sealing(SECRET, "app passwords").unseal(row["sealed"], row["id"]) == password.secret
    for other in (
        (Sealing(SECRET, "something else"), row["id"]),
        (Sealing(bytes(32), "app passwords"), row["id"]),
        (Sealing(SECRET, "app passwords"), "another row"),
    ):
        with pytest.raises(CannotUnseal):
            other[0].unseal(row["sealed"], other[1])


async def test_a_password_is_easy_to_type(made: Made) -> None:
    _, password = made
    groups = password.secret.split("-")
    assert [len(group) for group in groups] == [4] * 5
    assert set("".join(groups)) <= set(LETTERS)


async def test_a_user_has_at_most_fifty(
    running: Running, apps: AppsServiceAsyncStub, made: Made
) -> None:
    user_id, _ = made
    await running.database.execute(
        """
        INSERT INTO app_passwords (id, user_id, name, sealed)
        SELECT n::text, $1, 'x', '\\x00' FROM generate_series(2, 50) AS n
        """,
        user_id,
    )
    asked = pb.CreateAppPasswordRequest(user_id=user_id, name="one more")
    code, detail = await refusal(apps.CreateAppPassword(asked))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "at most 50" in detail
