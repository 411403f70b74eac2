import type { SystemMigration } from "./system-migration.ts"

/**
 * Accounts and what they sign in with. Times are ISO 8601 with milliseconds. Tokens, keys and codes are kept as the
 * base64url of their SHA-256 alone; `email_key` is the address as it is compared. Ends of a session, an account or a
 * key are deletes: what hangs on them goes with them.
 */
export const accounts: SystemMigration = {
  number: 3,
  name: "accounts",
  sql: `
    CREATE TABLE _alyx_users (
      id TEXT PRIMARY KEY,
      email TEXT NOT NULL,
      email_key TEXT NOT NULL UNIQUE,
      password_hash TEXT,
      role TEXT NOT NULL DEFAULT 'user',
      verified INTEGER NOT NULL DEFAULT 0 CHECK (verified IN (0, 1)),
      metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      last_sign_in_at TEXT
    ) STRICT;
    CREATE INDEX _alyx_users_role ON _alyx_users (role);

    CREATE TABLE _alyx_sessions (
      id TEXT PRIMARY KEY,
      user_id TEXT NOT NULL REFERENCES _alyx_users (id) ON DELETE CASCADE,
      created_at TEXT NOT NULL,
      last_used_at TEXT NOT NULL,
      expires_at TEXT NOT NULL,
      address TEXT NOT NULL,
      user_agent TEXT
    ) STRICT;
    CREATE INDEX _alyx_sessions_user ON _alyx_sessions (user_id);
    CREATE INDEX _alyx_sessions_expires ON _alyx_sessions (expires_at);

    CREATE TABLE _alyx_refresh_tokens (
      token_hash TEXT PRIMARY KEY,
      session_id TEXT NOT NULL REFERENCES _alyx_sessions (id) ON DELETE CASCADE,
      created_at TEXT NOT NULL,
      expires_at TEXT NOT NULL,
      used_at TEXT,
      use_count INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX _alyx_refresh_tokens_session ON _alyx_refresh_tokens (session_id, created_at);
    CREATE INDEX _alyx_refresh_tokens_expires ON _alyx_refresh_tokens (expires_at);

    CREATE TABLE _alyx_oauth_accounts (
      provider TEXT NOT NULL,
      subject TEXT NOT NULL,
      user_id TEXT NOT NULL REFERENCES _alyx_users (id) ON DELETE CASCADE,
      email TEXT,
      email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
      created_at TEXT NOT NULL,
      PRIMARY KEY (provider, subject)
    ) STRICT;
    CREATE INDEX _alyx_oauth_accounts_user ON _alyx_oauth_accounts (user_id);

    CREATE TABLE _alyx_auth_codes (
      code_hash TEXT PRIMARY KEY,
      purpose TEXT NOT NULL,
      user_id TEXT REFERENCES _alyx_users (id) ON DELETE CASCADE,
      data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
      created_at TEXT NOT NULL,
      expires_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX _alyx_auth_codes_user ON _alyx_auth_codes (user_id, purpose);
    CREATE INDEX _alyx_auth_codes_expires ON _alyx_auth_codes (expires_at);

    CREATE TABLE _alyx_api_keys (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      key_hash TEXT NOT NULL UNIQUE,
      role TEXT NOT NULL,
      collections TEXT CHECK (json_valid(collections)),
      operations TEXT CHECK (json_valid(operations)),
      created_at TEXT NOT NULL,
      expires_at TEXT,
      last_used_at TEXT
    ) STRICT;

    CREATE TABLE _alyx_mails (
      id INTEGER PRIMARY KEY,
      template TEXT NOT NULL,
      recipient TEXT NOT NULL,
      subject TEXT NOT NULL,
      body_text TEXT NOT NULL,
      body_html TEXT NOT NULL,
      created_at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('kept', 'sent', 'failed')),
      error TEXT
    ) STRICT;
  `,
}
