"""The database: which driver, which pragmas, which transactions; and why each is safe."""

from __future__ import annotations

import importlib
import sqlite3
import threading
import time
from types import ModuleType
from typing import Any

import structlog
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase

from quizapp.settings import Settings

log = structlog.get_logger()

#: SQLite before this release can lose committed writes in WAL mode with two connections.
FIRST_SAFE_WAL = (3, 51, 3)
BUSY_MILLISECONDS = 10_000
#: A connection keeps the statements it has prepared: with the driver's hundred, the product's own
#: would push each other out, and preparing that of a save takes ten times as long as running it.
SQLITE = {"check_same_thread": False, "cached_statements": 1_000}
#: Marks connections that will write: they take SQLite's write lock at BEGIN, so that a
#: transaction never fails half-way because somebody else wrote after it first read.
WRITES = {"quizapp_writes": True}
#: In a connection's info: the queue of this process's writers, and whether it has its turn.
TURN, HAS_TURN = "quizapp_turn", "quizapp_has_turn"
#: In a connection's info: when it was given back; after so long it is tested before use.
USED_AT = "quizapp_used_at"
IDLE_SECONDS = 1.0


class Base(DeclarativeBase):
    """Base of every Row class; constraints get names so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def sqlite_driver() -> ModuleType:
    """The newest SQLite at hand: the bundled one of pysqlite3, else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def journal_mode(driver: ModuleType) -> str:
    """WAL where the release is known to be safe, the slower DELETE elsewhere."""
    return "WAL" if driver.sqlite_version_info >= FIRST_SAFE_WAL else "DELETE"


def engine_options(settings: Settings) -> dict[str, Any]:
    """What Flask-SQLAlchemy passes to create_engine."""
    pool = {"pool_size": settings.threads + 2, "max_overflow": settings.threads}
    if settings.is_sqlite:
        return {**pool, "module": sqlite_driver(), "connect_args": SQLITE}
    return {**pool, "connect_args": {"options": "-c synchronous_commit=on"}}


def prepare(engine: Engine) -> None:
    """Attach what every connection of this engine needs, and say what was chosen."""
    if engine.dialect.name != "sqlite":
        _test_idle_connections(engine)
        log.info("database", dialect=engine.dialect.name, synchronous_commit="on")
        return
    driver = sqlite_driver()
    mode = journal_mode(driver)
    turn = threading.Lock()

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        record.info[TURN] = turn
        # SQLAlchemy emits BEGIN itself (below); the driver must not.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        cursor.execute(f"PRAGMA journal_mode = {mode}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        if connection.get_execution_options().get("quizapp_writes"):
            _begin_writing(connection)
        else:
            _say(connection, "BEGIN")

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:
        if record.info.pop(HAS_TURN, False):
            turn.release()

    log.info("database", dialect="sqlite", version=driver.sqlite_version, journal_mode=mode)


def _test_idle_connections(engine: Engine) -> None:
    """Ask a connection whether it is alive before use, unless it was in use a moment ago.

    Asking each time (`pool_pre_ping`) would cost every transaction one more round trip. When the
    server goes away in between, one request fails, and with it the whole pool is renewed.
    """

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: Any, record: Any) -> None:
        record.info[USED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        used_at = record.info.get(USED_AT)
        if used_at is None or time.monotonic() - used_at < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the database closed an idle connection") from error


def _begin_writing(connection: Connection) -> None:
    """Queue up, then take SQLite's write lock; the turn ends when the connection is given back.

    SQLite itself makes writers poll with growing pauses, so a busy one starves the others.
    """
    if not connection.info.get(HAS_TURN):
        # After the timeout SQLite decides, as it does between processes.
        connection.info[HAS_TURN] = connection.info[TURN].acquire(timeout=BUSY_MILLISECONDS / 1000)
    _say(connection, "BEGIN IMMEDIATE")


def _say(connection: Connection, command: str) -> None:
    """Begin a transaction without what SQLAlchemy makes for a statement; the error is as of one."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(command)
    except connection.dialect.loaded_dbapi.OperationalError as error:
        raise OperationalError(command, None, error) from error


def writing(engine: Engine) -> Engine:
    """The same engine and pool, for connections that will write."""
    return engine.execution_options(**WRITES)


@event.listens_for(db.session, "before_flush")
def _take_write_lock(session: Any, *_ignored: Any) -> None:
    """Let the ambient session of Flask-Security, which reads first, write without failing half-way.

    SQLite refuses to turn a read into a write once somebody else has written in between, and a
    password hash lies in between. So the read ends here and the write lock is waited for.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite" or session.info.get("quizapp_writes"):
        return
    connection.exec_driver_sql("COMMIT")
    _begin_writing(connection)
    session.info["quizapp_writes"] = True


@event.listens_for(db.session, "after_commit")
@event.listens_for(db.session, "after_rollback")
def _leave_write_lock(session: Any) -> None:
    session.info.pop("quizapp_writes", None)


def durability(engine: Engine) -> dict[str, str]:
    """What the connection that saves answers is really set to, asked from the database itself."""
    with writing(engine).connect() as connection:
        if engine.dialect.name == "sqlite":
            names = {"journal_mode": "PRAGMA journal_mode", "synchronous": "PRAGMA synchronous"}
        else:
            names = {"synchronous_commit": "SHOW synchronous_commit", "fsync": "SHOW fsync"}
        return {
            name: str(connection.exec_driver_sql(query).scalar_one()).lower() for name, query in names.items()
        }
