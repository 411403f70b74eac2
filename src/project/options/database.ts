import { path, url } from "./address-types.ts"
import { option, section } from "./option.ts"
import { choice, int, text } from "./plain-types.ts"
import { duration, size } from "./unit-types.ts"

/** Where the data is kept, and how safely. */
export const databaseOptions = section("Where the data is kept, and how safely.", {
  path: option(path(), {
    about: "The SQLite file; a relative path is taken from the project's root.",
    default: "./data/alyx.db",
    reload: "restart",
    flag: "database",
  }),
  durability: option(choice(["full", "normal"]), {
    about:
      "With full an answered write survives a power cut; with normal the last moments may be lost, and writes are faster.",
    default: "full",
    reload: "restart",
  }),
  cache_size: option(size({ min: "1mb", max: "64gb" }), {
    about: "How much of the database SQLite keeps in memory.",
    default: "64mb",
    reload: "restart",
  }),
  change_retention: option(duration({ min: "1m", max: "365d" }), {
    about: "How long the log of changes is kept; clients that were away longer start afresh.",
    default: "24h",
    reload: "live",
  }),
  change_rows_max: option(int({ min: 1_000, max: 100_000_000 }), {
    about: "How many changes the log keeps at most.",
    default: 1_000_000,
    reload: "live",
  }),
  change_bytes_max: option(size({ min: "1mb", max: "64gb" }), {
    about: "How large the log of changes grows at most.",
    default: "256mb",
    reload: "live",
  }),
  turso: section("A remote libSQL database instead of the local file.", {
    url: option(url(["libsql", "https", "http", "wss", "ws"]), {
      about: "The address of the database, such as libsql://name.turso.io.",
      default: null,
      reload: "restart",
      built: false,
    }),
    token: option(text(), {
      about: "The token that opens it.",
      default: null,
      reload: "restart",
      secret: true,
      built: false,
    }),
  }),
})
