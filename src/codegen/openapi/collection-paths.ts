import type { RequestLimits } from "../../project/request-limits.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import type { Schema } from "../../schema/schema.ts"
import { securityOf } from "./access.ts"
import type { NamedCollection, SchemaSuffix } from "./component-names.ts"
import { schemaName } from "./component-names.ts"
import type { ErrorAnswers } from "./error-answers.ts"
import { createCodes, deleteCodes, getCodes, listCodes, updateCodes } from "./error-codes.ts"
import { exampleDocument } from "./examples.ts"
import { documentHeaders, everyAnswer } from "./headers.ts"
import type { Operation, PathItem } from "./operation.ts"
import { componentRef, jsonContent } from "./operation.ts"
import { idParameter, listParameters, selectionParameters, shortFilterParameters } from "./parameters.ts"
import { openRelations } from "./relations.ts"

/** What the operations of a collection are made of. */
export interface PathFrame {
  readonly named: NamedCollection
  readonly schema: Schema
  readonly limits: RequestLimits
  readonly errors: ErrorAnswers
  /** The collection that has a document for each account; null where there is none. */
  readonly users: string | null
}

const requestId = componentRef("parameters", "XRequestId")

/** The two paths of a collection. */
export function collectionPaths(frame: PathFrame): Record<string, PathItem> {
  const { collection } = frame.named
  return {
    [`/api/collections/${collection.name}`]: { get: list(frame), post: create(frame) },
    [`/api/collections/${collection.name}/{id}`]: { get: get(frame), patch: update(frame), delete: remove(frame) },
  }
}

function list(frame: PathFrame): Operation {
  const { named, limits, errors, users } = frame
  const { collection } = named
  return {
    operationId: `list${named.base}`,
    tags: [named.tag],
    summary: `List documents of ${collection.name}`,
    security: securityOf(collection.rules.read),
    parameters: [
      ...listParameters(collection, limits),
      ...selection(frame),
      ...shortFilterParameters(collection),
      requestId,
    ],
    responses: {
      "200": {
        description: "A page of documents.",
        headers: everyAnswer,
        content: jsonContent(ref(frame, "List"), listExample(frame)),
      },
      ...errors.answersOf("List", listCodes(collection, users)),
    },
  }
}

function create(frame: PathFrame): Operation {
  const { named, errors, users } = frame
  const { collection } = named
  return {
    operationId: `create${named.base}`,
    tags: [named.tag],
    summary: `Create a document of ${collection.name}`,
    security: securityOf(collection.rules.create),
    description: collection.name === users ? createUser : createPlain,
    parameters: [...selection(frame), requestId],
    requestBody: body(frame, "Create"),
    responses: {
      "201": {
        description: "The document that was made.",
        headers: { ...documentHeaders, Location: componentRef("headers", "Location") },
        content: documentContent(frame),
      },
      ...errors.answersOf("Create", createCodes(collection, users)),
    },
  }
}

const createPlain = "What the body leaves out takes its default, or null where the field is nullable."

const createUser =
  "Makes an account without a password, and its document: for admins. Everybody else makes their own at `/api/auth/register`."

function get(frame: PathFrame): Operation {
  const { named, errors, users } = frame
  return {
    operationId: `get${named.base}`,
    tags: [named.tag],
    summary: `Read a document of ${named.collection.name}`,
    security: securityOf(named.collection.rules.read),
    parameters: [
      idParameter(named.collection),
      ...selection(frame),
      componentRef("parameters", "IfNoneMatch"),
      requestId,
    ],
    responses: {
      "200": { description: "The document.", headers: documentHeaders, content: documentContent(frame) },
      "304": {
        description: "The document is still the one that `If-None-Match` names.",
        headers: { ETag: componentRef("headers", "MatchedETag"), ...everyAnswer },
      },
      ...errors.answersOf("Get", getCodes(named.collection, users)),
    },
  }
}

function update(frame: PathFrame): Operation {
  const { named, schema, errors, users } = frame
  return {
    operationId: `update${named.base}`,
    tags: [named.tag],
    summary: `Change some fields of a document of ${named.collection.name}`,
    security: securityOf(named.collection.rules.update),
    description:
      "Changes the fields that the body names and leaves the others. `null` empties a nullable field; a json field is replaced as a whole. `{}` changes nothing.",
    parameters: [idParameter(named.collection), ...selection(frame), componentRef("parameters", "IfMatch"), requestId],
    requestBody: body(frame, "Update"),
    responses: {
      "200": {
        description: "The document after the change.",
        headers: documentHeaders,
        content: documentContent(frame),
      },
      ...errors.answersOf("Update", updateCodes(schema, named.collection, users)),
    },
  }
}

function remove(frame: PathFrame): Operation {
  const { named, schema, errors, users } = frame
  return {
    operationId: `delete${named.base}`,
    tags: [named.tag],
    summary: `Delete a document of ${named.collection.name}`,
    security: securityOf(named.collection.rules.delete),
    description:
      "What references the document follows the reference's `onDelete`. `fields` and `expand` are those that the tag of `If-Match` was read with.",
    parameters: [idParameter(named.collection), ...selection(frame), componentRef("parameters", "IfMatch"), requestId],
    responses: {
      "204": { description: "The document is gone.", headers: everyAnswer },
      ...errors.answersOf("Delete", deleteCodes(schema, named.collection, users)),
    },
  }
}

function selection({ named, schema, limits }: PathFrame): JsonSchema[] {
  return selectionParameters(named.collection, openRelations(schema, named.collection), limits)
}

function ref({ named }: PathFrame, suffix: SchemaSuffix): JsonSchema {
  return componentRef("schemas", schemaName(named, suffix))
}

function body(frame: PathFrame, use: "Create" | "Update"): JsonSchema {
  const example = exampleDocument(frame.named.collection, use === "Create" ? "create" : "update", frame.users)
  return {
    required: true,
    description: `At most ${frame.limits.bodyLimitBytes} bytes.`,
    content: jsonContent(ref(frame, use), example),
  }
}

function documentContent(frame: PathFrame): JsonSchema {
  return jsonContent(ref(frame, "Selection"), exampleDocument(frame.named.collection, "read"))
}

function listExample({ named, limits }: PathFrame): JsonSchema | undefined {
  const document = exampleDocument(named.collection, "read")
  return document === undefined ? undefined : { docs: [document], total: 1, limit: limits.pageDefault, offset: 0 }
}
