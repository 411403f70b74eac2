/** A schema.yaml with one problem. The place that the problem must name stands between ⟦ and ⟧. */
export interface BadSchema {
  readonly name: string
  readonly text: string
  readonly code: string
  /** A part of the suggestion. */
  readonly next?: string
  /** A part of the message. */
  readonly says?: string
  /** True when the form alone is wrong, so that the JSON Schema for editors refuses it too. */
  readonly structural?: true
}

/** Puts one field under posts, beside a users collection to refer to. */
function field(options: string): string {
  return `collections:
  users:
    fields:
      email: { type: string, unique: true }
      age: { type: int, nullable: true }
  posts:
    fields:
      f: { ${options} }
`
}

/** A name of 65 characters. */
const longName = "a".repeat(65)

export const badSchemas: readonly BadSchema[] = [
  // The file
  { name: "YAML that does not parse", text: "collections:\n  posts: ⟦@⟧posts", code: "YAML_SYNTAX" },
  { name: "a root that is a list", text: "⟦- posts⟧", code: "WRONG_SHAPE", structural: true },
  {
    name: "an unknown key of the root",
    text: "⟦colections⟧: {}",
    code: "UNKNOWN_KEY",
    next: 'Did you mean "collections"?',
    structural: true,
  },
  {
    name: "an unknown version",
    text: "version: ⟦2⟧",
    code: "VERSION_UNSUPPORTED",
    next: "version: 1",
    structural: true,
  },
  { name: "collections that are a word", text: "collections: ⟦posts⟧", code: "WRONG_SHAPE", structural: true },
  // Collections
  {
    name: "a collection without fields",
    text: "collections:\n  ⟦posts⟧: {}",
    code: "COLLECTION_EMPTY",
    structural: true,
  },
  { name: "a collection that is a word", text: "collections:\n  posts: ⟦yes⟧", code: "WRONG_SHAPE", structural: true },
  {
    name: "an unknown key of a collection",
    text: "collections:\n  posts:\n    fields: { a: { type: int } }\n    ⟦index⟧: []",
    code: "UNKNOWN_KEY",
    next: 'Did you mean "indexes"?',
    structural: true,
  },
  {
    name: "a list item without a name",
    text: "collections:\n  - ⟦fields: { a: { type: int } }⟧",
    code: "NAME_MISSING",
    structural: true,
  },
  {
    name: "two collections of one name in a map",
    text: "collections:\n  posts: { fields: { a: { type: int } } }\n  ⟦posts⟧: { fields: { a: { type: int } } }",
    code: "NAME_TAKEN",
    says: "line 2",
  },
  {
    name: "two collections of one name in a list",
    text: "collections:\n  - { name: posts, fields: { a: { type: int } } }\n  - { name: ⟦posts⟧, fields: { a: { type: int } } }",
    code: "NAME_TAKEN",
    says: "line 2",
  },
  {
    name: "two fields that differ only in case",
    text: "collections:\n  posts:\n    fields:\n      title: { type: int }\n      ⟦Title⟧: { type: int }",
    code: "NAME_TAKEN",
    says: "only in case",
  },
  {
    name: "a collection of Alyx",
    text: "collections:\n  ⟦_alyx_users⟧: { fields: { a: { type: int } } }",
    code: "NAME_RESERVED",
    says: "Alyx",
    structural: true,
  },
  {
    name: "a table of SQLite",
    text: "collections:\n  ⟦sqlite_master⟧: { fields: { a: { type: int } } }",
    code: "NAME_RESERVED",
    says: "SQLite",
  },
  {
    name: "a name of every object",
    text: "collections:\n  ⟦constructor⟧: { fields: { a: { type: int } } }",
    code: "NAME_RESERVED",
  },
  {
    name: "__proto__ as a name",
    text: "collections:\n  posts:\n    fields:\n      ⟦__proto__⟧: { type: int }",
    code: "NAME_RESERVED",
    structural: true,
  },
  {
    name: "rowid as a field",
    text: "collections:\n  posts:\n    fields:\n      ⟦rowid⟧: { type: int }",
    code: "NAME_RESERVED",
  },
  {
    name: "a name with a hyphen",
    text: "collections:\n  ⟦blog-posts⟧: { fields: { a: { type: int } } }",
    code: "NAME_INVALID",
    next: '"blog_posts"',
    structural: true,
  },
  {
    name: "a name that is too long",
    text: `collections:\n  ⟦${longName}⟧: { fields: { a: { type: int } } }`,
    code: "NAME_INVALID",
    structural: true,
  },
  {
    name: "timestamps that are a word",
    text: "collections:\n  posts:\n    fields: { a: { type: int } }\n    timestamps: ⟦no⟧",
    code: "OPTION_INVALID",
    next: "Write false",
    structural: true,
  },
  // Options of fields
  {
    name: "a field without options",
    text: "collections:\n  posts:\n    fields:\n      title: ⟦text⟧",
    code: "WRONG_SHAPE",
    next: "title: { type: text }",
    structural: true,
  },
  {
    name: "a field without a type",
    text: "collections:\n  posts:\n    fields:\n      ⟦title⟧: { nullable: true }",
    code: "TYPE_MISSING",
    structural: true,
  },
  {
    name: "a mistyped type",
    text: field("type: ⟦textt⟧"),
    code: "TYPE_UNKNOWN",
    next: 'Did you mean "text"? Types: uuid,',
    structural: true,
  },
  {
    name: "a type of another tool",
    text: field("type: ⟦boolean⟧"),
    code: "TYPE_UNKNOWN",
    next: 'Did you mean "bool"?',
    structural: true,
  },
  {
    name: "a type that is a format",
    text: field("type: ⟦email⟧"),
    code: "TYPE_UNKNOWN",
    next: "format: email",
    structural: true,
  },
  {
    name: "an unknown option",
    text: field("type: string, ⟦max_length⟧: 3"),
    code: "OPTION_UNKNOWN",
    next: 'Did you mean "maxLength"?',
    structural: true,
  },
  {
    name: "an option of every object",
    text: field("type: string, ⟦constructor⟧: 3"),
    code: "OPTION_UNKNOWN",
    structural: true,
  },
  {
    name: "an unknown validation",
    text: field("type: string, validate: { ⟦maxlen⟧: 3 }"),
    code: "OPTION_UNKNOWN",
    next: 'Did you mean "maxLength"?',
    structural: true,
  },
  {
    name: "an option under validate that is none",
    text: field("type: string, validate: { ⟦unique⟧: true }"),
    code: "OPTION_UNKNOWN",
    next: "beside validate",
    structural: true,
  },
  {
    name: "an option given twice",
    text: field("type: string, maxLength: 3, validate: { ⟦maxLength⟧: 4 }"),
    code: "OPTION_TWICE",
  },
  {
    name: "a length on a bool",
    text: field("type: bool, ⟦maxLength⟧: 3"),
    code: "OPTION_NOT_FOR_TYPE",
    next: "string, text",
    structural: true,
  },
  {
    name: "a bound on a string",
    text: field("type: string, validate: { ⟦min⟧: 3 }"),
    code: "OPTION_NOT_FOR_TYPE",
    next: "int, float",
    structural: true,
  },
  { name: "unique json", text: field("type: json, ⟦unique⟧: true"), code: "OPTION_NOT_FOR_TYPE", structural: true },
  {
    name: "onUpdate on a string",
    text: field("type: string, ⟦onUpdate⟧: now"),
    code: "OPTION_NOT_FOR_TYPE",
    next: "timestamp",
    structural: true,
  },
  {
    name: "a boolean in quotes",
    text: field('type: string, nullable: ⟦"true"⟧'),
    code: "OPTION_INVALID",
    next: "without quotes",
    structural: true,
  },
  {
    name: "a length that is a fraction",
    text: field("type: string, maxLength: ⟦1.5⟧"),
    code: "OPTION_INVALID",
    structural: true,
  },
  { name: "a negative length", text: field("type: string, minLength: ⟦-1⟧"), code: "OPTION_INVALID", structural: true },
  { name: "a bound of an int that is a fraction", text: field("type: int, min: ⟦0.5⟧"), code: "OPTION_INVALID" },
  {
    name: "an unknown format",
    text: field("type: string, format: ⟦mail⟧"),
    code: "OPTION_INVALID",
    next: 'Did you mean "email"?',
    structural: true,
  },
  {
    name: "nullable and required",
    text: field("type: string, nullable: true, required: ⟦true⟧"),
    code: "OPTIONS_CONTRADICT",
  },
  {
    name: "lengths that contradict",
    text: field("type: string, minLength: 5, maxLength: ⟦3⟧"),
    code: "OPTIONS_CONTRADICT",
    says: "no value",
  },
  {
    name: "bounds that contradict",
    text: field("type: int, min: 5, max: ⟦3⟧"),
    code: "OPTIONS_CONTRADICT",
    says: "no value",
  },
  { name: "an invalid pattern", text: field('type: string, pattern: ⟦"[a-"⟧'), code: "PATTERN_INVALID" },
  {
    name: "a pattern that looks ahead",
    text: field('type: string, pattern: ⟦"^(?=.*[0-9])"⟧'),
    code: "PATTERN_INVALID",
    says: "looks ahead",
    next: "without lookahead",
  },
  {
    name: "a mistyped keyword inside a JSON Schema",
    text: field("type: json, schema: { type: object, properties: { a: { ⟦tpye⟧: string } } }"),
    code: "JSON_SCHEMA_INVALID",
    next: 'Did you mean "type"?',
  },
  {
    name: "a keyword of a JSON Schema with a value that it cannot have",
    text: field("type: json, schema: { type: object, properties: { id: { minLength: ⟦-1⟧ } } }"),
    code: "JSON_SCHEMA_INVALID",
  },
  {
    name: "a format that no JSON Schema knows",
    text: field("type: json, items: ⟦{ type: string, format: nope }⟧"),
    code: "JSON_SCHEMA_INVALID",
    says: "nope",
  },
  {
    name: "a JSON Schema with such a pattern",
    text: field('type: json, schema: { type: string, pattern: ⟦"(a)\\\\1"⟧ }'),
    code: "JSON_SCHEMA_INVALID",
    says: "refers back to a group",
  },
  {
    name: "a JSON Schema with such a pattern of names",
    text: field('type: json, schema: { patternProperties: { ⟦"a(?!b)"⟧: {} } }'),
    code: "JSON_SCHEMA_INVALID",
    says: "looks ahead",
  },
  { name: "an empty enum", text: field("type: string, enum: ⟦[]⟧"), code: "ENUM_INVALID", structural: true },
  {
    name: "a repeated value in an enum",
    text: field("type: string, enum: [a, ⟦a⟧]"),
    code: "ENUM_INVALID",
    says: "twice",
    structural: true,
  },
  {
    name: "a number in an enum of strings",
    text: field("type: string, enum: [a, ⟦1⟧]"),
    code: "ENUM_INVALID",
    next: '"1" in quotes',
  },
  {
    name: "a value in an enum that is too long",
    text: field("type: string, maxLength: 2, enum: [a, ⟦abc⟧]"),
    code: "ENUM_INVALID",
    says: "at most 2",
  },
  {
    name: "items of an unknown type",
    text: field("type: json, items: ⟦strnig⟧"),
    code: "OPTION_INVALID",
    next: 'Did you mean "string"?',
    structural: true,
  },
  {
    name: "items and schema",
    text: field("type: json, ⟦items⟧: string, schema: { type: array }"),
    code: "OPTIONS_CONTRADICT",
  },
  {
    name: "a JSON Schema with an unknown type",
    text: field("type: json, schema: { type: ⟦strng⟧ }"),
    code: "JSON_SCHEMA_INVALID",
  },
  {
    name: "a JSON Schema that refers to another",
    text: field('type: json, schema: { ⟦$ref⟧: "https://example.com" }'),
    code: "JSON_SCHEMA_INVALID",
    says: "$ref",
  },
  {
    name: "a rule that is a list",
    text: "collections:\n  posts:\n    fields: { a: { type: int } }\n    rules: { read: ⟦[]⟧ }",
    code: "OPTION_INVALID",
    structural: true,
  },
  {
    name: "an unknown rule",
    text: "collections:\n  posts:\n    fields: { a: { type: int } }\n    rules: { ⟦list⟧: true }",
    code: "UNKNOWN_KEY",
    next: "create, read, update, delete",
    structural: true,
  },
  // Defaults
  {
    name: "a default of the wrong type",
    text: field("type: int, default: ⟦many⟧"),
    code: "DEFAULT_INVALID",
    says: "whole number",
  },
  {
    name: "a number as the default of a string",
    text: field("type: string, default: ⟦5⟧"),
    code: "DEFAULT_INVALID",
    next: '"5" in quotes',
  },
  { name: "YAML 1.1's no", text: field("type: bool, default: ⟦no⟧"), code: "DEFAULT_INVALID", next: "true or false" },
  {
    name: "a default outside the enum",
    text: field("type: string, enum: [a, b], default: ⟦c⟧"),
    code: "DEFAULT_INVALID",
    says: '"a", "b"',
  },
  {
    name: "a default out of bounds",
    text: field("type: int, max: 3, default: ⟦4⟧"),
    code: "DEFAULT_INVALID",
    says: "at most 3",
  },
  {
    name: "a default that is too long",
    text: field("type: string, maxLength: 3, default: ⟦abcd⟧"),
    code: "DEFAULT_INVALID",
    says: "at most 3",
  },
  {
    name: "a default against the pattern",
    text: field("type: string, pattern: ^a, default: ⟦b⟧"),
    code: "DEFAULT_INVALID",
  },
  {
    name: "a default against the format",
    text: field("type: string, format: email, default: ⟦nobody⟧"),
    code: "DEFAULT_INVALID",
  },
  {
    name: "a default that is no day",
    text: field("type: timestamp, default: ⟦2026-02-30T00:00:00Z⟧"),
    code: "DEFAULT_INVALID",
    says: "not a moment",
  },
  {
    name: "an int past 2^53",
    text: field("type: int, default: ⟦9007199254740993⟧"),
    code: "DEFAULT_INVALID",
    says: "9007199254740991",
  },
  {
    name: "null as the default of a required field",
    text: field("type: int, default: ⟦null⟧"),
    code: "DEFAULT_INVALID",
    says: "null",
  },
  {
    name: "auto on a float",
    text: field("type: float, default: ⟦auto⟧"),
    code: "DEFAULT_INVALID",
    next: "auto makes ids",
  },
  {
    name: "auto on an int that is no key",
    text: field("type: int, default: ⟦auto⟧"),
    code: "DEFAULT_INVALID",
    next: "int primary key",
  },
  {
    name: "auto on a string that is too short",
    text: field("type: string, maxLength: 10, default: ⟦auto⟧"),
    code: "DEFAULT_INVALID",
    says: "at most 10",
  },
  {
    name: "auto on a reference",
    text: field("type: uuid, references: users.id, default: ⟦auto⟧"),
    code: "DEFAULT_INVALID",
    says: "point to nothing",
  },
  { name: "now on a string", text: field("type: string, default: ⟦now⟧"), code: "DEFAULT_INVALID", next: "timestamps" },
  // Primary keys
  {
    name: "two primary keys",
    text: "collections:\n  posts:\n    fields:\n      a: { type: int, primary: true }\n      ⟦b⟧: { type: int, primary: true }",
    code: "PRIMARY_KEY_INVALID",
    says: "two primary keys",
  },
  {
    name: "a primary key of a type that cannot be one",
    text: field("type: float, ⟦primary⟧: true"),
    code: "OPTION_NOT_FOR_TYPE",
    next: "uuid, string, int",
    structural: true,
  },
  {
    name: "a nullable primary key",
    text: field("type: uuid, primary: true, nullable: ⟦true⟧"),
    code: "PRIMARY_KEY_INVALID",
  },
  {
    name: "an internal primary key",
    text: field("type: uuid, primary: true, internal: ⟦true⟧"),
    code: "PRIMARY_KEY_INVALID",
  },
  {
    name: "an id that is not the primary key",
    text: "collections:\n  posts:\n    fields:\n      ⟦id⟧: { type: int }",
    code: "PRIMARY_KEY_INVALID",
    next: "primary: true",
  },
  // References
  {
    name: "a reference without a field",
    text: field("type: uuid, references: ⟦users⟧"),
    code: "REFERENCE_INVALID",
    next: "users.id",
    structural: true,
  },
  {
    name: "a reference to no collection",
    text: field("type: uuid, references: ⟦user.id⟧"),
    code: "REFERENCE_UNKNOWN",
    next: 'Did you mean "users"?',
  },
  {
    name: "a reference to no field",
    text: field("type: uuid, references: ⟦users.ids⟧"),
    code: "REFERENCE_UNKNOWN",
    next: 'Did you mean "id"?',
  },
  {
    name: "a reference to a field that is not unique",
    text: field("type: int, references: ⟦users.age⟧"),
    code: "REFERENCE_NOT_UNIQUE",
    next: "users.id",
  },
  {
    name: "a reference of another type",
    text: field("type: int, references: ⟦users.id⟧"),
    code: "REFERENCE_TYPE",
    next: "uuid",
  },
  {
    name: "an unknown onDelete",
    text: field("type: uuid, references: users.id, onDelete: ⟦set_null⟧"),
    code: "OPTION_INVALID",
    next: 'Did you mean "set null"?',
    structural: true,
  },
  {
    name: "onDelete without a reference",
    text: field("type: uuid, onDelete: ⟦cascade⟧"),
    code: "OPTIONS_CONTRADICT",
    says: "references nothing",
  },
  {
    name: "set null on a required field",
    text: field("type: uuid, references: users.id, onDelete: ⟦set null⟧"),
    code: "OPTIONS_CONTRADICT",
    next: "nullable: true",
  },
  {
    name: "a document that requires another of its kind",
    text: field("type: uuid, references: ⟦posts.id⟧"),
    code: "REFERENCE_CYCLE",
    next: "nullable",
  },
  {
    name: "a cycle of required references",
    text: "collections:\n  a:\n    fields:\n      b_id: { type: uuid, references: b.id }\n  b:\n    fields:\n      c_id: { type: uuid, references: c.id }\n  c:\n    fields:\n      a_id: { type: uuid, references: ⟦a.id⟧ }\n",
    code: "REFERENCE_CYCLE",
    says: "a.b_id → b.c_id → c.a_id → a",
  },
  {
    name: "a field named like a forward relation",
    text: field(
      "type: uuid, references: users.id }\n      author_id: { type: uuid, references: users.id }\n      ⟦author⟧: { type: string",
    ).replace("f: {", "f: {"),
    code: "RELATION_NAME",
  },
  {
    name: "a field named like a back relation",
    text: "collections:\n  users:\n    fields:\n      ⟦posts⟧: { type: int }\n  posts:\n    fields:\n      user_id: { type: uuid, references: users.id }",
    code: "RELATION_NAME",
    next: "Rename",
  },
  {
    name: "two references that expand to one name",
    text: "collections:\n  users:\n    fields: { a: { type: int } }\n  posts:\n    fields:\n      user: { type: uuid, references: users.id }\n      ⟦user_id⟧: { type: uuid, references: users.id }",
    code: "RELATION_NAME",
    says: 'both expanded as "user"',
  },
  // Indexes
  {
    name: "an index on an unknown field",
    text: "collections:\n  posts:\n    fields: { title: { type: string } }\n    indexes:\n      - fields: [⟦titel⟧]",
    code: "INDEX_FIELD_UNKNOWN",
    next: 'Did you mean "title"?',
  },
  {
    name: "an empty index",
    text: "collections:\n  posts:\n    fields: { title: { type: string } }\n    indexes:\n      - ⟦fields⟧: []",
    code: "INDEX_INVALID",
    structural: true,
  },
  {
    name: "an index that names a field twice",
    text: "collections:\n  posts:\n    fields: { title: { type: string } }\n    indexes:\n      - fields: [title, ⟦title⟧]",
    code: "INDEX_INVALID",
    structural: true,
  },
  {
    name: "an index on json",
    text: "collections:\n  posts:\n    fields: { tags: { type: json } }\n    indexes:\n      - fields: [⟦tags⟧]",
    code: "INDEX_INVALID",
  },
  {
    name: "an index with an unknown order",
    text: "collections:\n  posts:\n    fields: { title: { type: string } }\n    indexes:\n      - fields: [title]\n        order: ⟦descending⟧",
    code: "OPTION_INVALID",
    structural: true,
  },
  {
    name: "two indexes of one name",
    text: "collections:\n  posts:\n    fields: { a: { type: string } }\n    indexes:\n      - { name: one, fields: [a] }\n      - { name: ⟦ONE⟧, fields: [a] }",
    code: "NAME_TAKEN",
    says: "an index of posts",
  },
  {
    name: "an index named like a collection",
    text: "collections:\n  posts:\n    fields: { a: { type: string } }\n    indexes:\n      - { name: ⟦posts⟧, fields: [a] }",
    code: "NAME_TAKEN",
    says: "the collection posts",
  },
  {
    name: "indexes that are a map",
    text: "collections:\n  posts:\n    fields: { a: { type: string } }\n    indexes: ⟦{ one: { fields: [a] } }⟧",
    code: "WRONG_SHAPE",
    structural: true,
  },
]
