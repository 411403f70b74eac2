/**
 * The words that functions are called by in the document, by their names. Generators of clients turn them into identifiers, so
 * none may be equal to another one without regard to case; what would be is numbered.
 */
export function functionNames(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>()
  const bases = new Map<string, string>()
  for (const name of names.toSorted()) {
    const word = `Function${pascalCase(name)}`
    let base = word
    for (let number = 2; taken.has(base.toLowerCase()); number += 1) base = `${word}V${number}`
    taken.add(base.toLowerCase())
    bases.set(name, base)
  }
  return bases
}

function pascalCase(name: string): string {
  return name
    .split(/[-_]/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("")
}
