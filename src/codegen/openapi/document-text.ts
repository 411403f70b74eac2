import { yamlText } from "../../lib/yaml-text.ts"
import type { OpenApiDocument } from "./document.ts"

export const documentFormats = ["json", "yaml"] as const

export type DocumentFormat = (typeof documentFormats)[number]

/** Writes the document as text, with a newline at its end. */
export function openApiText(document: OpenApiDocument, format: DocumentFormat): string {
  return format === "yaml" ? yamlText(document) : `${JSON.stringify(document, null, 2)}\n`
}
