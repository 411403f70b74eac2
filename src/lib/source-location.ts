/** A place in a text file. Lines and columns count from 1; columns count UTF-16 code units, as editors do. */
export interface SourceLocation {
  /** The path as the person knows it, relative to the project where possible. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** How many characters of that line the problem covers; 1 when unknown, 0 when the line holds a secret: never shown. */
  readonly length?: number
}
