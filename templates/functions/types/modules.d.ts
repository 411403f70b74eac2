// Written by Alyx: files that a function may import as values. Changes are lost.

declare module "*.txt" {
  const text: string
  export default text
}
declare module "*.md" {
  const text: string
  export default text
}
declare module "*.html" {
  const text: string
  export default text
}
declare module "*.sql" {
  const text: string
  export default text
}
declare module "*.wasm" {
  const bytes: Uint8Array
  export default bytes
}

/** What a plug-in of Extism's kit imports from its host. */
declare module "extism:host" {
  interface user {}
}
declare module "main" {}
