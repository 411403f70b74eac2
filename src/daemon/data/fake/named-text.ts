import type { FakeRandom } from "./fake-random.ts"

type Words = FakeRandom["words"]

/** What fields are mostly called, and what stands in them. The first that fits counts. */
const wordsByName: readonly (readonly [RegExp, (words: Words) => string])[] = [
  [/e_?mail/, (words) => words.internet.exampleEmail().toLowerCase()],
  [/(^|_)slug/, (words) => words.helpers.slugify(words.lorem.words({ min: 2, max: 4 })).toLowerCase()],
  [/user_?name|login|handle|nick/, (words) => words.internet.username().toLowerCase()],
  [/first_?name|given_?name|fore_?name/, (words) => words.person.firstName()],
  [/last_?name|family_?name|sur_?name/, (words) => words.person.lastName()],
  [/company|organi[sz]ation|employer|vendor|supplier/, (words) => words.company.name()],
  [/product/, (words) => words.commerce.productName()],
  [/job|position|occupation/, (words) => words.person.jobTitle()],
  [/password|secret|token|hash|api_?key/, (words) => words.string.alphanumeric({ length: 32 })],
  [/avatar|image|photo|picture|thumbnail|logo/, (words) => `https://example.com/images/${words.string.uuid()}.jpg`],
  [/url|website|homepage|link|uri/, (words) => `https://example.com/${words.helpers.slugify(words.lorem.words(3))}`],
  [/phone|mobile|fax/, (words) => words.phone.number({ style: "international" })],
  [/street|address/, (words) => words.location.streetAddress()],
  [/city|town/, (words) => words.location.city()],
  [/zip|postal|postcode/, (words) => words.location.zipCode()],
  [/state|province|region/, (words) => words.location.state()],
  [/country_?code/, (words) => words.location.countryCode()],
  [/country/, (words) => words.location.country()],
  [/time_?zone/, (words) => words.location.timeZone()],
  [/locale|lang/, (words) => words.helpers.arrayElement(["en", "de", "fr", "es", "it", "ja"])],
  [/currency/, (words) => words.finance.currencyCode()],
  [/iban/, (words) => words.finance.iban()],
  [
    /sku|isbn|barcode|serial|reference|number|(^|_)code/,
    (words) => words.string.alphanumeric({ length: 10, casing: "upper" }),
  ],
  [/colou?r/, (words) => words.color.rgb()],
  [/mime|content_?type/, (words) => words.system.mimeType()],
  [/file/, (words) => words.system.fileName()],
  [/ip(_|$)|ip_?address/, (words) => words.internet.ipv4()],
  [/user_?agent/, (words) => words.internet.userAgent()],
  [/domain|host/, (words) => `${words.internet.domainWord()}.example.com`],
  [/(^|_)tags?$|label|category|genre|topic/, (words) => words.lorem.word()],
  [/title|headline|subject/, (words) => sentenceCase(words.lorem.words({ min: 3, max: 7 }))],
  [/(^|_)name$/, (words) => words.person.fullName()],
  [/summary|excerpt|description|caption|abstract/, (words) => words.lorem.sentence()],
  [/body|content|text|bio|about|message|comment|notes?$/, (words) => words.lorem.paragraph()],
]

/** A text that a field of this name would hold. */
export function namedText({ words }: FakeRandom, fieldName: string): string {
  const name = fieldName.toLowerCase()
  const found = wordsByName.find(([pattern]) => pattern.test(name))
  return found === undefined ? sentenceCase(words.lorem.words({ min: 2, max: 5 })) : found[1](words)
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
