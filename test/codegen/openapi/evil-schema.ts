/** A schema whose names and options are meant to break what is made of it. */
export const evilSchema = `version: 1
collections:
  Error:
    fields:
      code: { type: string, unique: true }
      no: { type: bool, nullable: true }
      limit: { type: int }
  error_details:
    fields:
      Error_id: { type: uuid, references: Error.id, index: true }
      x:
        type: json
        nullable: true
        schema:
          $schema: "http://json-schema.org/draft-07/schema#"
          type: array
          items: [{ type: string }, { type: integer }]
          additionalItems: false
  posts:
    fields:
      key: { type: int, primary: true, default: auto }
      pat: { type: string, validate: { pattern: "^[b-d]{7}x$" } }
      secret: { type: string, internal: true }
      hidden_id: { type: int, references: posts.key, nullable: true, internal: true, onDelete: set null, index: true }
      next: { type: int, references: posts.key, nullable: true, onDelete: set null, index: true }
      other_id: { type: int, references: posts.key, nullable: true, onDelete: cascade, index: true }
      site: { type: string, format: url, nullable: true }
      bin: { type: blob, nullable: true }
      obj:
        type: json
        schema:
          type: object
          properties: { a: { type: integer }, b: { enum: [x, y] } }
          required: [a, b]
          additionalProperties: false
      list: { type: json, items: string, default: [] }
      anything: { type: json }
      kind: { type: string, enum: ["no", "on", "~", "null"], default: "no" }
      n: { type: int, enum: [1, 2], default: 2 }
      f: { type: float, min: -1.5, max: 2 }
  posts_create:
    fields:
      id: { type: string, primary: true }
      a: { type: text, minLength: 3, maxLength: 4 }
  PostsC_reate:
    fields: { a: { type: text } }
  batch:
    fields: { a: { type: text } }
  Server:
    fields: { made: { type: timestamp, default: now }, list: { type: int, default: 3 } }
  a1:
    fields: { a: { type: text } }
  a_1:
    fields: { a: { type: text } }
  run_batch:
    fields: { runBatch: { type: text } }
  listposts:
    fields: { a: { type: text } }
`
