"""PostgreSQL, NATS JetStream, Valkey and an S3 object store, without Docker and without root.

Everything a server keeps lies in one folder, under ports and secrets made when
the folder is first used, so that the next start finds the data again.
"""

from scripts.servers.databases import create_service_database
from scripts.servers.servers import Servers, running_servers

__all__ = ["Servers", "create_service_database", "running_servers"]
