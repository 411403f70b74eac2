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

/** How many instructions a pattern may unfold into: `a{3}` has three. */
export const patternSizeMax = 5_000

/** The size of a pattern times the length of the text that it is tried on: some 100 ms when it goes worst. */
export const patternWorkMax = 10_000_000

export const ruleLengthMax = 10_000

/** The largest JSON Schema of a json field, as JSON text. */
export const jsonSchemaLengthMax = 64_000

/** The steps of judging one json value by its JSON Schema: some 100 ms when it goes worst. */
export const jsonSchemaWorkMax = 10_000_000

/** The steps of listing everything that is wrong with one; each may be a fault, which costs much more than a step. */
export const jsonSchemaListingWorkMax = 100_000

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

/** The largest migration file that is read, in UTF-16 code units. */
export const migrationTextLengthMax = 1_000_000

/** Operations in one migration file; more belong into another one. */
export const migrationOperationCountMax = 1_000
