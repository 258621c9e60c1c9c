/**
 * Tables of our own for ACME. Lists, patterns, challenges and problems are JSON text in them. Flags that an index asks
 * for are 1 or NULL: conditions of indexes are of the form that a backup may contain, see core/backup/sql_schema.ts.
 */

export const ACME_TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  caucase_acme_account: {
    id: "TEXT PRIMARY KEY",
    jwk: "TEXT",
    thumbprint: "TEXT",
    status: "TEXT",
    contact: "TEXT",
    eab_key: "TEXT",
    allow: "TEXT",
    created: "INTEGER",
    address: "TEXT",
    /** When it ordered last, or was made. */
    active: "INTEGER",
    /** When it first got a certificate. */
    certified: "INTEGER",
  },
  caucase_acme_eab: {
    id: "TEXT PRIMARY KEY",
    name: "TEXT",
    allow: "TEXT",
    uses_left: "INTEGER",
    expires: "INTEGER",
    created_by: "TEXT",
    created: "INTEGER",
    revoked: "INTEGER",
  },
  // Apart, so that no list of keys can show them.
  caucase_acme_eab_secret: { id: "TEXT PRIMARY KEY", secret: "BLOB", expires: "INTEGER" },
  caucase_acme_order: {
    id: "TEXT PRIMARY KEY",
    account: "TEXT",
    identifiers: "TEXT",
    authorizations: "TEXT",
    expires: "INTEGER",
    profile: "TEXT",
    replaces: "TEXT",
    request_id: "INTEGER",
    /** Of its certificate. */
    serial: "TEXT",
    error: "TEXT",
    created: "INTEGER",
    /** 1 while it can still be finalized. */
    open: "INTEGER",
  },
  /** Orders that were not finalized, by their authorizations. */
  caucase_acme_waiting: { authorization: "TEXT", order_id: "TEXT" },
  caucase_acme_authorization: {
    id: "TEXT PRIMARY KEY",
    account: "TEXT",
    /** `dns:example.org` */
    identifier: "TEXT",
    wildcard: "INTEGER",
    status: "TEXT",
    expires: "INTEGER",
    challenges: "TEXT",
    /** 1 where a challenge showed it and it is valid. */
    proved: "INTEGER",
    failed: "INTEGER",
  },
  /** The last certificate of an account for a set of names. */
  caucase_acme_last: { account: "TEXT", names: "TEXT", serial: "TEXT", not_after: "INTEGER", approved: "INTEGER" },
};

export const ACME_INDEXES: Readonly<Record<string, string>> = {
  caucase_acme_account_by_address: "caucase_acme_account (address, created)",
  caucase_acme_account_idle: "caucase_acme_account (active) WHERE certified IS NULL",
  caucase_acme_eab_secret_by_end: "caucase_acme_eab_secret (expires)",
  caucase_acme_order_by_account: "caucase_acme_order (account, id)",
  caucase_acme_order_open: "caucase_acme_order (account, expires) WHERE open IS NOT NULL",
  caucase_acme_order_by_end: "caucase_acme_order (expires)",
  caucase_acme_order_by_replaced: "caucase_acme_order (replaces) WHERE replaces IS NOT NULL",
  caucase_acme_waiting_for: "caucase_acme_waiting (authorization)",
  caucase_acme_waiting_by_order: "caucase_acme_waiting (order_id)",
  caucase_acme_authorization_proved:
    "caucase_acme_authorization (account, identifier, wildcard, expires) WHERE proved IS NOT NULL",
  caucase_acme_authorization_failed:
    "caucase_acme_authorization (account, identifier, failed) WHERE failed IS NOT NULL",
  caucase_acme_authorization_by_end: "caucase_acme_authorization (expires)",
  caucase_acme_last_by_end: "caucase_acme_last (not_after)",
};

export const ACME_UNIQUE_INDEXES: Readonly<Record<string, string>> = {
  caucase_acme_account_by_key: "caucase_acme_account (thumbprint)",
  caucase_acme_last_by_names: "caucase_acme_last (account, names)",
};
