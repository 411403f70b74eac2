import type { FakeRandom } from "./fake-random.ts"

type Words = FakeRandom["words"]

/** What fields are mostly called, and what stands in them. The first that fits counts. */
const wordsByName: readonly (readonly [RegExp, (words: Words) => string])[] = [
  [/(^|_)ids?$/, (words) => words.string.uuid()],
  [/e_?mail/, (words) => words.internet.exampleEmail().toLowerCase()],
  [/(^|_)slug/, (words) => words.helpers.slugify(words.lorem.words({ min: 2, max: 4 })).toLowerCase()],
  [/user_?name|login|(^|_)handle|nick_?name/, (words) => words.internet.username().toLowerCase()],
  [/first_?name|given_?name|fore_?name/, (words) => words.person.firstName()],
  [/last_?name|family_?name|sur_?name/, (words) => words.person.lastName()],
  [/full_?name|display_?name/, (words) => words.person.fullName()],
  [/company|organi[sz]ation|employer|vendor|supplier/, (words) => words.company.name()],
  [/product/, (words) => words.commerce.productName()],
  [/(^|_)job|position|occupation/, (words) => words.person.jobTitle()],
  [/password|secret|token|(^|_)hash|api_?key/, (words) => words.string.alphanumeric({ length: 32 })],
  [/avatar|image|photo|picture|thumbnail|logo/, (words) => `https://example.com/images/${words.string.uuid()}.jpg`],
  [
    /(^|_)(url|uri|website|homepage|link)s?(_|$)/,
    (words) => `https://example.com/${words.helpers.slugify(words.lorem.words(3))}`,
  ],
  [/phone|mobile|(^|_)fax/, (words) => words.phone.number({ style: "international" })],
  [/(^|_)ip(_|$)|ip_?address/, (words) => words.internet.ipv4()],
  [/street|address/, (words) => words.location.streetAddress()],
  [/(^|_)(city|town)(_|$)/, (words) => words.location.city()],
  [/(^|_)zip|postal|postcode/, (words) => words.location.zipCode()],
  [/(^|_)(state|province|region)(_|$)/, (words) => words.location.state()],
  [/country_?code/, (words) => words.location.countryCode()],
  [/country/, (words) => words.location.country()],
  [/time_?zone/, (words) => words.location.timeZone()],
  [/locale|(^|_)lang/, (words) => words.helpers.arrayElement(["en", "de", "fr", "es", "it", "ja"])],
  [/currency/, (words) => words.finance.currencyCode()],
  [/(^|_)iban/, (words) => words.finance.iban()],
  [
    /(^|_)(sku|isbn|barcode|serial|reference|number|code)(_|$)/,
    (words) => words.string.alphanumeric({ length: 10, casing: "upper" }),
  ],
  [/colou?r/, (words) => words.color.rgb()],
  [/mime|content_?type/, (words) => words.system.mimeType()],
  [/(^|_)file/, (words) => words.system.fileName()],
  [/user_?agent/, (words) => words.internet.userAgent()],
  [/domain|(^|_)host/, (words) => `${words.internet.domainWord()}.example.com`],
  [/(^|_)tags?$|label|category|genre|topic/, (words) => words.lorem.word()],
  [/title|headline|subject/, (words) => sentenceCase(words.lorem.words({ min: 3, max: 7 }))],
  [/summary|excerpt|description|caption|abstract/, (words) => words.lorem.sentence()],
  [/(^|_)(body|content|text|bio|about|message|comment|notes?)$/, (words) => words.lorem.paragraph()],
]

/** Whose `name` is what: by the name of the collection. */
const namesByCollection: readonly (readonly [RegExp, (words: Words) => string])[] = [
  [
    /user|people|person|author|member|customer|client|employee|contact|student|teacher|patient/,
    (words) => words.person.fullName(),
  ],
  [/compan|organi[sz]ation|team|vendor|supplier|brand|shop|store/, (words) => words.company.name()],
  [/product|item|article/, (words) => words.commerce.productName()],
  [/categor|tag|department/, (words) => words.commerce.department()],
  [/cit(y|ies)|place|town|location/, (words) => words.location.city()],
  [/countr/, (words) => words.location.country()],
]

/** A text that a field of this name would hold, in a collection of that name. */
export function namedText({ words }: FakeRandom, fieldName: string, collection = ""): string {
  const name = fieldName.toLowerCase()
  const found = /^(name|label)$/.test(name) ? first(namesByCollection, collection) : first(wordsByName, name)
  return found === undefined ? sentenceCase(words.lorem.words({ min: 2, max: 5 })) : found(words)
}

function first(table: typeof wordsByName, name: string): ((words: Words) => string) | undefined {
  return table.find(([pattern]) => pattern.test(name))?.[1]
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** Brings a text to a length, in code points, by cutting it or adding words. */
export function fitLength(random: FakeRandom, text: string, bounds: { min: number; max: number }): string {
  let fitted = text
  while (Array.from(fitted).length < bounds.min)
    fitted += fitted === "" ? random.words.lorem.word() : ` ${random.words.lorem.word()}`
  const characters = Array.from(fitted)
  if (characters.length <= bounds.max) return fitted
  const cut = characters.slice(0, bounds.max).join("")
  const trimmed = cut.trimEnd()
  return Array.from(trimmed).length >= bounds.min ? trimmed : cut.replace(/\s+$/, (gap) => "x".repeat(gap.length))
}
