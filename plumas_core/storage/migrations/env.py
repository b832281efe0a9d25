"""What Alembic runs to migrate: on the connection, and in the transaction, that it is handed.

``plumas_core.storage.upgrade`` opens both; Alembic's own command line has no place here.
"""

from __future__ import annotations

from alembic import context

from plumas_core.storage.tables.all import metadata

_attributes = context.config.attributes

context.configure(
    connection=_attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=_attributes.get("default_differs", True),
    render_item=_attributes.get("render_item"),
    render_as_batch=_attributes.get("batch", True),
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
