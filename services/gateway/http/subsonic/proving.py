"""For whom an app speaks."""

from libs.common.faults import Unauthenticated
from services.gateway.domain.apps.faults import WrongApiKey
from services.gateway.domain.apps.parameters import Parameters
from services.gateway.domain.apps.proofs import ByApiKey, ByPassword, shown_in
from services.gateway.domain.principals import Principal
from services.gateway.http.entrance import API_KEY_PREFIX
from services.gateway.http.parts import Parts


async def principal_of_app(given: Parameters, parts: Parts) -> Principal:
    """Who is calling, by the proof that came with the call. Raises Unauthenticated."""
    shown = shown_in(given, parts.settings.app_proofs)
    if isinstance(shown, ByApiKey):
        return await _of_api_key(shown.secret, parts)
    if isinstance(shown, ByPassword) and shown.secret.startswith(API_KEY_PREFIX):
        principal = await _of_api_key(shown.secret, parts)
        if principal.name.casefold() != shown.user_name.casefold():
            raise Unauthenticated("this API key is somebody else's")
        return principal
    return await parts.identities.of_app(shown)


async def _of_api_key(secret: str, parts: Parts) -> Principal:
    try:
        return await parts.identities.of_api_key(secret)
    except Unauthenticated as fault:
        raise WrongApiKey(str(fault)) from fault
