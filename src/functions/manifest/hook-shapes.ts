import { bool, choice, int, text } from "../../project/options/plain-types.ts"
import { duration } from "../../project/options/unit-types.ts"
import type { CasesShape, Members } from "./shape.ts"
import { list, map, value } from "./shape.ts"

const word = text({ lengthMax: 200 })

/** What every hook may say of how it runs. */
const running: Members = {
  name: value(word, "What lists and logs call it."),
  mode: value(choice(["async", "sync"]), "async, the default, is queued; sync is waited for."),
  priority: value(int({ min: -1_000, max: 1_000 }), "Of several, the higher runs first."),
  enabled: value(bool(), "False turns it off."),
  config: map(
    {
      on_failure: value(
        choice(["reject", "continue"]),
        "With mode: sync: whether a failure refuses what was asked for.",
      ),
      timeout: value(duration({ min: "10ms", max: "5m" }), "With mode: sync: how long is waited; 5s when left out."),
    },
    "How failures are taken.",
  ),
}

/** What calls a function besides HTTP. */
export const hookShape: CasesShape = {
  kind: "cases",
  by: "type",
  about: "Something that calls the function.",
  cases: {
    database: {
      source: value(word, "The collection.", { required: true }),
      action: list(
        value(choice(["insert", "update", "delete"]), "What happened."),
        "What must happen; anything when left out.",
      ),
      ...running,
    },
    auth: {
      action: list(
        value(choice(["signup", "login", "logout", "password_reset", "email_verify"]), "What happened."),
        "What must happen; anything when left out.",
      ),
      ...running,
    },
    webhook: {
      path: value(
        text({ lengthMax: 500 }),
        "Where it is received, such as /webhooks/stripe; /webhooks/<name> when left out.",
      ),
      methods: list(value(choice(["get", "post", "put", "patch", "delete"]), "A method."), "POST when left out."),
      verification: map(
        {
          type: value(choice(["hmac-sha256", "hmac-sha1"]), "How the sender signs.", { required: true }),
          header: value(word, "The header that holds the signature.", { required: true }),
          secret: value(word, "The key that both sides know: ${NAME}.", { required: true, secret: true }),
          skip_invalid: value(bool(), "True calls the function also when the signature is wrong; it is told."),
        },
        "How the sender is known.",
      ),
      name: running["name"]!,
      enabled: running["enabled"]!,
    },
    event: {
      source: value(word, "Who emits it."),
      action: list(value(word, "Its name, such as order.paid."), "Which events."),
      ...running,
    },
  },
}
