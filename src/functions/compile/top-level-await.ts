/**
 * Whether a bundle failed because something in it awaits outside of functions, where esbuild was told that nothing does: it knows
 * without the result being parsed once more.
 */
export function isTopLevelAwait(error: unknown): boolean {
  if (!(error instanceof Error && "errors" in error && Array.isArray(error.errors))) return false
  return error.errors.some(({ text }: { readonly text: string }) => text.startsWith("Top-level await is not available"))
}
