"""The OpenSubsonic API: what music apps for telephones and desktops speak.

Everything is under one route, ``/rest/{method}``, since old apps write
``.view`` behind the name of a method and send as a form what others send in
the address. Each module answers for one subject and has a table of its methods.
"""

from collections.abc import Mapping

from services.gateway.http.subsonic import (
    absent,
    browsing,
    info,
    lists,
    marks,
    media,
    playlists,
    plays,
    podcasts,
    queues,
    radios,
    scanning,
    searching,
    shares,
    similar,
    streaming,
    system,
    transcoding,
    users,
)
from services.gateway.http.subsonic.calls import Method

METHODS: Mapping[str, Method] = {
    **system.METHODS,
    **browsing.METHODS,
    **lists.METHODS,
    **searching.METHODS,
    **marks.METHODS,
    **playlists.METHODS,
    **queues.METHODS,
    **plays.METHODS,
    **info.METHODS,
    **similar.METHODS,
    **media.METHODS,
    **streaming.METHODS,
    **transcoding.METHODS,
    **radios.METHODS,
    **podcasts.METHODS,
    **shares.METHODS,
    **users.METHODS,
    **scanning.METHODS,
    **absent.METHODS,
}
