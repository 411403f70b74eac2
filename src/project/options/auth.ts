import { url } from "./address-types.ts"
import { entries, option, required, section } from "./option.ts"
import { bool, choice, int, list, text } from "./plain-types.ts"
import { duration, rate } from "./unit-types.ts"

const collectionName = text({
  name: "name",
  lengthMax: 63,
  check: (value) => (/^[a-z][a-z0-9_]*$/i.test(value) ? null : "be the name of a collection"),
})

/** Providers that need no issuer. */
export const knownProviders = ["github", "google", "microsoft", "apple", "discord"] as const

/** Accounts, tokens, and how people sign in. */
export const authOptions = section("Accounts, tokens, and how people sign in.", {
  collection: option(collectionName, {
    about: "The collection that gets a document for each account.",
    default: "users",
    reload: "restart",
  }),
  hide_accounts: option(bool(), {
    about:
      "Answers a registration the same way whether the address is known or not, and sends a mail; the account is made once its link is opened.",
    default: false,
    reload: "live",
  }),
  redirects: option(list(url(["https", "http"])), {
    about: "Addresses that a sign-in through a provider may return to.",
    default: [],
    reload: "live",
  }),
  jwt: section("Access and refresh tokens.", {
    secret: option(text({ lengthMin: 32 }), {
      about:
        "Signs the tokens; at least 32 characters. Without it one is made and kept in alyx.keys beside the database.",
      default: null,
      reload: "restart",
      secret: true,
    }),
    access_ttl: option(duration({ min: "10s", max: "1d" }), {
      about: "How long an access token is valid.",
      default: "15m",
      reload: "live",
    }),
    refresh_ttl: option(duration({ min: "1m", max: "365d" }), {
      about: "How long a refresh token is valid.",
      default: "7d",
      reload: "live",
    }),
    algorithm: option(choice(["hs256", "eddsa"]), {
      about:
        "How tokens are signed: hs256 with the secret, or eddsa (Ed25519) with a key kept in alyx.keys, whose public half /.well-known/jwks.json shows.",
      default: "hs256",
      reload: "restart",
    }),
    audience: option(text({ lengthMax: 200 }), {
      about: "The aud claim of the tokens.",
      default: "alyx",
      reload: "restart",
    }),
    issuer: option(text({ lengthMax: 200 }), {
      about: "The iss claim of the tokens.",
      default: "alyx",
      reload: "restart",
    }),
  }),
  password: section("What a password must have.", {
    min_length: option(int({ min: 4, max: 128 }), {
      about: "The least number of characters.",
      default: 8,
      reload: "live",
    }),
    require_uppercase: option(bool(), {
      about: "Asks for a capital letter.",
      default: false,
      reload: "live",
    }),
    require_number: option(bool(), {
      about: "Asks for a digit.",
      default: false,
      reload: "live",
    }),
    require_special: option(bool(), {
      about: "Asks for a character that is neither letter nor digit.",
      default: false,
      reload: "live",
    }),
  }),
  oauth: entries(
    "map",
    {
      about:
        "Providers that people may sign in with, by name: github, google, microsoft, apple, discord, or any name with an issuer.",
      reload: "live",
    },
    {
      client_id: required(text(), { about: "The id that the provider gave." }),
      client_secret: required(text(), { about: "The secret that the provider gave.", secret: true }),
      scopes: option(list(text()), {
        about: "What to ask the provider for; without it, what the provider needs for an address and a name.",
        default: [],
        reload: "live",
      }),
      issuer: option(url(["https", "http"]), {
        about:
          "The address of an OpenID Connect issuer, for providers that Alyx does not know by name; of microsoft that of one tenant, of github that of a GitHub Enterprise Server.",
        default: null,
        reload: "live",
      }),
    },
  ),
  verify_url: option(url(["https", "http"]), {
    about:
      "The page of your app that a mail for verifying an address leads to, with ?token= added; without it a page of Alyx.",
    default: null,
    reload: "live",
  }),
  reset_url: option(url(["https", "http"]), {
    about:
      "The page of your app that a mail for a new password leads to, with ?token= added; without it a page of Alyx.",
    default: null,
    reload: "live",
  }),
  rate_limit: section("How often one address, and one account, may try.", {
    login: option(rate(), {
      about: "Sign-ins of one address; of one account, 20 times as many.",
      default: "5/minute",
      reload: "live",
    }),
    register: option(rate(), { about: "Registrations.", default: "3/minute", reload: "live" }),
    password_reset: option(rate(), { about: "Password resets.", default: "3/hour", reload: "live" }),
  }),
})
