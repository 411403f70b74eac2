import { url } from "./address-types.ts"
import { entries, option, required } from "./option.ts"
import { list, text } from "./plain-types.ts"

const webhookName = text({
  name: "name",
  lengthMax: 100,
  check: (value) => (/^[a-z0-9][a-z0-9_-]*$/i.test(value) ? null : "consist of letters, digits, - and _"),
})

const eventName = text({
  name: "event",
  lengthMax: 200,
  check: (value) => (/^[\w*-]+(?:\.[\w*-]+)*$/.test(value) ? null : "be an event such as posts.created or posts.*"),
})

/** Addresses that are told of events. */
export const webhooksOptions = entries(
  "list",
  { about: "Addresses that are told of events.", reload: "live", built: false },
  {
    name: required(webhookName, { about: "A name to know it by." }),
    url: required(url(["https", "http"]), { about: "Where the events are sent." }),
    events: required(list(eventName), { about: "Which events, such as posts.created or posts.*." }),
    secret: option(text(), {
      about: "Signs what is sent, so that the receiver can tell that it comes from here.",
      default: null,
      reload: "live",
      secret: true,
    }),
  },
)
