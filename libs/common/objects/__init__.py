"""Objects: files by key, in any store that speaks S3."""

from libs.common.objects.blocking import BlockingObjectStore, ObjectStat, blocking_objects
from libs.common.objects.store import ObjectStore, open_objects

__all__ = [
    "BlockingObjectStore",
    "ObjectStat",
    "ObjectStore",
    "blocking_objects",
    "open_objects",
]
