/** References both ways, to a key and to a unique field, indexes of every kind, and rules. */
export const peopleSchema = `collections:
  users:
    fields:
      email: { type: string, unique: true, format: email }
      name: { type: string, nullable: true, maxLength: 40, default: nobody }
      age: { type: int, min: 0, index: true, default: 18 }
      boss_id: { type: uuid, references: users.id, nullable: true }
    indexes:
      - fields: [name, age]
      - { name: by_age, fields: [age, name], order: desc }
      - { name: one_name, fields: [name, email], unique: true }
    rules:
      read: doc.name == "doc.age" || has(doc.boss_id)
      update: new.email == old.email
  posts:
    fields:
      title: { type: string, rules: { write: 'doc["title"] != ""' } }
      author_id: { type: uuid, references: users.id, onDelete: cascade }
      mail: { type: string, references: users.email, nullable: true }
      seen: { type: timestamp, default: now, onUpdate: now }
    rules: { read: doc.author_id == auth.id && doc.name == 1 }
  tags:
    fields:
      code: { type: string, primary: true }
      data: { type: json, items: string, nullable: true }
`
