"""Redis as Celery's broker, for a worker that outlives its connections.

kombu 5.7 gives back and acknowledges what came over a connection even after it
has taken that connection apart, fails at it, and the worker ends with all its
steps. Nothing need be given back here: the sweep queues again what is lost.
"""

from kombu.transport import redis


class Channel(redis.Channel):
    """Lets messages go with the connection they came over."""

    do_restore = False

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Acknowledge, unless the connection is gone and the message with it."""
        if self._stands:
            super().basic_ack(delivery_tag, multiple=multiple)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Give back, unless the connection is gone and the message with it."""
        if self._stands:
            super().basic_reject(delivery_tag, requeue=requeue)

    @property
    def _stands(self) -> bool:
        return self.connection is not None and self.connection.client is not None


class Transport(redis.Transport):
    """What Celery is told to use."""

    Channel = Channel
