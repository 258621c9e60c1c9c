#!/usr/bin/env python3
"""Makes the files beside it with Python's sqlite3: a dump as backups have it, and the rows that it was made of. Run by hand."""
import json
import os
import sqlite3

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = """
CREATE TABLE plain (
          id INTEGER PRIMARY KEY,
          key_id TEXT UNIQUE,
          value
        );
CREATE TABLE "we""ird ; --name" ("a;b" TEXT NOT NULL, [c d] VARCHAR(10, 2) DEFAULT 'it''s', `e` REAL DEFAULT -1.5);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE DEFAULT NULL, UNIQUE (name, id));
CREATE TABLE pairs (a TEXT, b BLOB, PRIMARY KEY (a, b DESC)) WITHOUT ROWID;
CREATE TABLE empty (a);
CREATE INDEX plain_by_value ON plain (value DESC);
CREATE UNIQUE INDEX "odd index" ON counted (name COLLATE NOCASE ASC) WHERE name IS NOT NULL;
CREATE INDEX partial ON plain (id) WHERE value IS NULL;
"""
ROWS = {
    "plain": [
        (1, "it's", None), (2, "", b""), (3, "zwei\nZeilen", b"\x00\xff'"), (4, "\u00fc\u20ac\U0001f600", 0),
        (5, "'; DROP TABLE plain; --", -1), (6, "''", 2**63 - 1), (7, "X'00'", -2**63), (8, "NULL", 1.5),
        (9, "reals", 0.1), (10, "large", 1e100), (11, "small", -2.5e-300), (12, "third", 1 / 3), (13, "whole", 3.0),
        (14, "long", "-----BEGIN\n" * 200),
    ],
    'we"ird ; --name': [("VALUES(1);", "a,b", 2.0)],
    "counted": [(1, "a"), (2, "b")],
    "pairs": [("a", b"\x01"), ("a", b"\x00")],
    "empty": [],
}


def main():
    database = sqlite3.connect(":memory:")
    database.executescript(SCHEMA)
    for table, rows in ROWS.items():
        name = '"%s"' % table.replace('"', '""')
        for row in rows:
            database.execute("INSERT INTO %s VALUES(%s)" % (name, ",".join("?" * len(row))), row)
    database.commit()
    database.execute("ANALYZE")
    with open(os.path.join(HERE, "iterdump.sql0"), "wb") as dump:
        for statement in database.iterdump():
            dump.write(statement.encode("utf-8") + b"\0")
    with open(os.path.join(HERE, "iterdump.json"), "w") as rows:
        json.dump({table: [list(map(tagged, row)) for row in found] for table, found in ROWS.items()}, rows, indent=1)
        rows.write("\n")


def tagged(value):
    """JSON has neither 64-bit integers nor bytes, and does not tell 3 from 3.0."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    if isinstance(value, float):
        return {"real": repr(value)}
    return {"integer": str(value)} if isinstance(value, int) else {"text": value}


main()
