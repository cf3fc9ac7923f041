"""What Alembic runs to apply migrations. ``store.migrate`` hands it an open write transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import context

from tsr_agent.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from alembic.runtime.migration import MigrationContext, MigrationInfo


def _record_version(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Sets ``PRAGMA user_version`` in the transaction of the step itself."""
    if ctx.connection is not None and ctx.dialect.name == "sqlite":
        revision = step.up_revision_id
        ctx.connection.exec_driver_sql(f"PRAGMA user_version = {int(revision or 0)}")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    on_version_apply=_record_version,
)
with context.begin_transaction():
    context.run_migrations()
