/** A migration file with one problem. The place that the problem must name stands between ⟦ and ⟧. */
export interface BadMigration {
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

/** One operation on one line, in a file. */
function operation(text: string): string {
  return `version: 2\noperations:\n  - { ${text} }\n`
}

/** All of these stand in migrations/002_rename_title.yaml. */
export const badMigrations: readonly BadMigration[] = [
  // The file
  { name: "YAML that does not parse", text: "operations: ⟦@⟧x", code: "YAML_SYNTAX" },
  { name: "a key that is given twice", text: "operations: []\n⟦operations⟧: []\n", code: "NAME_TAKEN" },
  { name: "a list", text: "⟦- type: sql⟧", code: "WRONG_SHAPE", next: "operations:", structural: true },
  { name: "an empty file", text: "⟦⟧", code: "WRONG_SHAPE", structural: true },
  { name: "no operations", text: "⟦⟧version: 2\n", code: "KEY_MISSING", structural: true },
  {
    name: "a key that does not exist",
    text: "operations: []\n⟦descripton⟧: x\n",
    code: "UNKNOWN_KEY",
    next: 'Did you mean "description"?',
    structural: true,
  },
  {
    name: "another version than the file name",
    text: "version: ⟦3⟧\noperations: []\n",
    code: "VERSION_MISMATCH",
    next: "Write version: 2",
  },
  {
    name: "another name than the file name",
    text: "name: ⟦rename⟧\noperations: []\n",
    code: "NAME_MISMATCH",
    next: "Write name: rename_title",
  },
  {
    name: "a description that is a list",
    text: "description: ⟦[]⟧\noperations: []\n",
    code: "OPTION_INVALID",
    structural: true,
  },
  { name: "operations that are a map", text: "operations: ⟦{}⟧\n", code: "WRONG_SHAPE", structural: true },
  { name: "an operation that is a word", text: "operations: [⟦sql⟧]\n", code: "WRONG_SHAPE", structural: true },
  // Operations
  {
    name: "an operation without type",
    text: "operations:\n  - ⟦up: x⟧\n",
    code: "KEY_MISSING",
    next: "rename_field",
    structural: true,
  },
  {
    name: "an operation that does not exist",
    text: operation("type: ⟦rename_feld⟧, collection: posts"),
    code: "OPERATION_UNKNOWN",
    next: 'Did you mean "rename_field"?',
    structural: true,
  },
  {
    name: "a key of another operation",
    text: operation("type: drop_field, collection: posts, field: a, ⟦to⟧: b"),
    code: "UNKNOWN_KEY",
    says: "drop_field",
    structural: true,
  },
  {
    name: "a key that is missing",
    text: operation("type: ⟦rename_field⟧, collection: posts, from: title"),
    code: "KEY_MISSING",
    says: "has no to",
    structural: true,
  },
  {
    name: "a name that is a number",
    text: operation("type: drop_field, collection: posts, field: ⟦12⟧"),
    code: "OPTION_INVALID",
    next: 'Write "12" in quotes',
    structural: true,
  },
  {
    name: "a new name that is not valid",
    text: operation("type: rename_field, collection: posts, from: a, to: ⟦head line⟧"),
    code: "NAME_INVALID",
    next: 'Write "head_line"',
    structural: true,
  },
  {
    name: "a new name that is reserved",
    text: operation("type: rename_collection, from: a, to: ⟦_alyx_a⟧"),
    code: "NAME_RESERVED",
    structural: true,
  },
  {
    name: "a type that does not exist",
    text: operation("type: change_type, collection: posts, field: a, to: ⟦integer⟧"),
    code: "OPTION_INVALID",
    structural: true,
  },
  {
    name: "an empty expression",
    text: operation('type: change_type, collection: posts, field: a, to: int, using: ⟦"-- nothing"⟧'),
    code: "SQL_EMPTY",
  },
  {
    name: "nullable that is a word",
    text: operation("type: set_nullable, collection: posts, field: a, nullable: ⟦yes⟧"),
    code: "OPTION_INVALID",
    next: "Write true",
    structural: true,
  },
  {
    name: "two ways to fill",
    text: operation("type: set_nullable, collection: p, field: a, nullable: false, fill: 0, fill_sql: ⟦a⟧"),
    code: "KEYS_CONTRADICT",
    structural: true,
  },
  {
    name: "a constraint beside set",
    text: operation("type: set_constraints, collection: posts, field: a, set: { max: 1 }, ⟦min⟧: 0"),
    code: "UNKNOWN_KEY",
    next: "under set",
    structural: true,
  },
  {
    name: "a constraint that does not exist",
    text: operation("type: set_constraints, collection: posts, field: a, set: { ⟦maxlength⟧: 1 }"),
    code: "UNKNOWN_KEY",
    next: 'Did you mean "maxLength"?',
    structural: true,
  },
  {
    name: "a set that is empty",
    text: operation("type: set_constraints, collection: posts, field: a, set: ⟦{}⟧"),
    code: "KEY_MISSING",
    structural: true,
  },
  {
    name: "a length that is no whole number",
    text: operation("type: set_constraints, collection: posts, field: a, set: { maxLength: ⟦1.5⟧ }"),
    code: "OPTION_INVALID",
    structural: true,
  },
  {
    name: "a pattern that cannot be used",
    text: operation("type: set_constraints, collection: posts, field: a, set: { pattern: ⟦'(?=a)'⟧ }"),
    code: "PATTERN_INVALID",
  },
  {
    name: "an enum without values",
    text: operation("type: set_constraints, collection: posts, field: a, set: { enum: ⟦[]⟧ }"),
    code: "ENUM_INVALID",
    structural: true,
  },
  {
    name: "a definition of an unknown type",
    text: operation("type: add_field, collection: posts, field: a, definition: { type: ⟦integer⟧ }"),
    code: "TYPE_UNKNOWN",
    next: 'Did you mean "int"?',
    structural: true,
  },
  {
    name: "a definition with a default that does not fit",
    text: operation("type: add_field, collection: posts, field: a, definition: { type: int, default: ⟦x⟧ }"),
    code: "DEFAULT_INVALID",
  },
  {
    name: "a definition that is a primary key",
    text: operation("type: add_field, collection: posts, field: a, definition: ⟦{ type: int, primary: true }⟧"),
    code: "PRIMARY_KEY_INVALID",
  },
  { name: "sql without statements", text: operation('type: sql, up: ⟦"-- later"⟧'), code: "SQL_EMPTY" },
  {
    name: "a down that is left empty",
    text: "operations:\n  - type: sql\n    up: SELECT 1\n    down:⟦⟧\n",
    code: "SQL_EMPTY",
    next: 'down: ""',
    structural: true,
  },
]
