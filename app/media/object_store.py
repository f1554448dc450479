"""A store of files in an S3-compatible object store, of Amazon or anybody else."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import S3Store

from .store_protocol import Content, Stored, StoreUnavailableError

# Seconds to wait for a connection, for an answer, and in all for one that is tried again.
CONNECT, ANSWER, IN_ALL = 3, 10, 15
TRIES = 3
# Seconds for which a store that failed is not requested again, so that others do not wait as well.
RETRY_AFTER = 5
BLOCK = 256 * 1024


class ObjectStore:
    """A store in the bucket, below the path, of a URL such as ``s3://bucket/path``.

    ``options`` are those of :class:`obstore.store.S3Store`.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self.url, self.options = url, options
        self.unavailable_until = 0.0

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "ObjectStore":
        """Return the store of the settings of an application."""
        # Without a key, obstore finds one as Amazon's programs do.
        options = {
            "access_key_id": config["MEDIA_STORE_ACCESS_KEY"],
            "secret_access_key": config["MEDIA_STORE_SECRET_KEY"],
            "endpoint": config["MEDIA_STORE_ENDPOINT"],
            "region": config["MEDIA_STORE_REGION"],
        }
        given = {name: value for name, value in options.items() if value}
        return cls(config["MEDIA_STORE_URL"], **given)

    @cached_property
    def _bucket(self) -> S3Store:
        # At first use, never before a fork: obstore has threads.
        bucket, path = urlsplit(self.url).netloc, urlsplit(self.url).path.strip("/")
        return S3Store(
            bucket,
            prefix=path or None,
            client_options={
                "connect_timeout": timedelta(seconds=CONNECT),
                "timeout": timedelta(seconds=ANSWER),
                "allow_http": str(self.options.get("endpoint", "")).startswith("http://"),
            },
            retry_config={"max_retries": TRIES - 1, "retry_timeout": timedelta(seconds=IN_ALL)},
            # Not every such store deletes several files by one request.
            disable_bulk_delete=True,
            **self.options,
        )

    def put(self, name: str, content: Content, content_type: str) -> None:
        """Write a file; the object store itself does it as a whole or not at all."""
        with self._available(missing=StoreUnavailableError):
            obstore.put(self._bucket, name, content, attributes={"Content-Type": content_type})

    def open(self, name: str) -> tuple[Iterator[bytes], int]:
        """Begin to read a file."""
        with self._available():
            found = obstore.get(self._bucket, name)
            return self._read(found), found.meta["size"]

    def _read(self, found: "obstore.GetResult") -> Iterator[bytes]:
        with self._available():
            for part in found.stream(min_chunk_size=BLOCK):
                yield bytes(part)

    def delete(self, names: Iterable[str]) -> None:
        """Delete files, if they are there."""
        for name in names:
            try:
                with self._available():
                    obstore.delete(self._bucket, name)
            except FileNotFoundError:
                continue

    def files(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the files."""
        with self._available(missing=StoreUnavailableError):
            for page in obstore.list(self._bucket, prefix or None, chunk_size=1000):
                for found in page:
                    yield Stored(found["path"], found["size"], found["last_modified"])

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files."""
        return (file.name for file in self.files(prefix))

    @contextmanager
    def _available(self, missing: type[Exception] = FileNotFoundError) -> Iterator[None]:
        """Raise ``missing`` for what is not there: a file, or the whole bucket."""
        if time.monotonic() < self.unavailable_until:
            raise StoreUnavailableError(f"The object store {self.url} failed a moment ago.")
        try:
            yield
        except (FileNotFoundError, exceptions.NotFoundError, exceptions.InvalidPathError) as error:
            raise missing(f"There is no such file or bucket: {self.url}.") from error
        except exceptions.BaseError as error:
            self.unavailable_until = time.monotonic() + RETRY_AFTER
            # The messages have many lines, with what the server answered.
            reason = " ".join(str(error).split())[:300]
            raise StoreUnavailableError(f"The object store {self.url} fails: {reason}") from error
