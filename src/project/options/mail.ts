import { url } from "./address-types.ts"
import { option, section } from "./option.ts"
import { text } from "./plain-types.ts"

/** How mails are sent. */
export const mailOptions = section("How mails are sent. In dev every mail is kept as well: alyx auth mail.", {
  smtp: option(url(["smtps", "smtp"]), {
    about:
      "The mail server, such as smtps://name:password@mail.example.com:465; without one nothing is sent, and in dev mails are only kept.",
    default: null,
    reload: "live",
    secret: true,
  }),
  from: option(text({ lengthMax: 320 }), {
    about: 'The sender, such as "My app <hello@example.com>".',
    default: null,
    reload: "live",
  }),
})
