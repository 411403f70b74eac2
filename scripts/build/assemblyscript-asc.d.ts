/** What is used of AssemblyScript's compiler: its own types bring a standard library of their own, which replaces ours. */
export function main(
  argv: readonly string[],
  options: {
    readonly readFile: (name: string) => string | null
    readonly writeFile: (name: string, contents: Uint8Array | string) => void
    readonly listFiles?: () => string[]
    readonly stderr?: { readonly write: (text: unknown) => unknown }
  },
): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>
