"""ListenBrainz and Last.fm as small servers, which hold to their documentation and check ours."""
