"""Alembic's environment: our own database, our own tables, both dialects."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from quizapp.store import schema

LOCK_TIMEOUT = "5s"


def frozen(kind: str, value: Any, _autogen: Any) -> str | bool:
    """Write our column types as what they are in the database: a step must not change with them."""
    if kind == "type" and isinstance(value, TypeDecorator):
        return f"sa.{value.impl!r}"
    return False


@contextlib.contextmanager
def loose_references(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and with foreign keys on, dropping the old one fails (or
    deletes) as soon as another table's rows point to it. The switch works only outside a transaction,
    so it is thrown on the driver's connection; afterwards every reference is checked.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the upgrade left references to nothing: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def run() -> None:
    """Upgrade over one connection; a step that cannot get its lock soon gives up."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=schema.metadata(),
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            render_item=frozen,
            transaction_per_migration=True,
        )
        with loose_references(connection):
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()


run()
