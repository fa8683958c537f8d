"""Where a table waits between its dry run and its writing, as the library asks for it."""

from typing import Any

from import_export.tmp_storages import BaseStorage

from fleet.services.sent_files import forget_sent_file, keep_sent_file, sent_file


class SentFiles(BaseStorage):
    """Tables that were sent, in the database."""

    def save(self, data: bytes) -> None:
        """Keep a table under a new name."""
        self.name = keep_sent_file(data)

    def read(self) -> bytes:
        """Return the table; raise `FileNotFoundError` if it is kept no longer."""
        content = sent_file(self.name)
        if content is None:
            raise FileNotFoundError(self.name)
        return content

    def remove(self, **_kwargs: Any) -> None:
        """Keep the table no longer."""
        forget_sent_file(self.name)
