/** The largest schema.yaml that is read, in UTF-16 code units. */
export const schemaTextLengthMax = 1_000_000

export const collectionCountMax = 500

/** SQLite itself stops at 2,000 columns. */
export const fieldCountMax = 500

/** Indexes under `indexes:` of one collection; each makes every write slower. */
export const indexCountMax = 64

export const indexFieldCountMax = 16

export const enumValueCountMax = 1_000

export const patternLengthMax = 1_000

/** The maxLength of a field with a pattern and none of its own: many patterns take quadratic time on long texts. */
export const patternTextLengthMax = 5_000

export const ruleLengthMax = 10_000

/** The largest JSON Schema of a json field, as JSON text. */
export const jsonSchemaLengthMax = 64_000

/** Names become tables, columns and identifiers of generated clients. */
export const nameLengthMax = 64

/**
 * The largest number that a request may give as a key that is counted up. SQLite goes on from the largest key there
 * ever was: without this room one request could end the counting of a collection.
 */
export const countedKeyMax = Number.MAX_SAFE_INTEGER - 2 ** 32

/** More problems than this help nobody; the rest is counted. */
export const problemCountMax = 200

/** The deepest nesting of the value of a json field. */
export const jsonDepthMax = 64

/** The problems that a refused document lists; the rest is left out. */
export const documentProblemCountMax = 50
