import path from "node:path"

/**
 * `.alyx/types/tsconfig.json`, which functions/tsconfig.json extends: what the compiler of functions understands, and the
 * globals that a function finds. "WebWorker" has fetch, URL, crypto and the like, and neither `window` nor `document`.
 */
export function typesTsconfig(): string {
  return jsonText({
    compilerOptions: {
      target: "ES2023",
      lib: ["ES2023", "WebWorker", "WebWorker.Iterable", "WebWorker.AsyncIterable"],
      // Not those of Node, which a package nearby may have brought.
      types: [],
      module: "ESNext",
      moduleResolution: "Bundler",
      moduleDetection: "force",
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      esModuleInterop: true,
      isolatedModules: true,
      jsx: "react-jsx",
      allowJs: true,
      checkJs: false,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      paths: { "@alyx/functions": ["./alyx-functions.d.ts"] },
    },
  })
}

/** `functions/tsconfig.json`; a person may add to it. */
export function functionsTsconfig(functionsDir: string, typesDir: string): string {
  const types = relativePath(functionsDir, typesDir)
  return jsonText({
    extends: `${types}/tsconfig.json`,
    include: ["**/*", `${types}/*.d.ts`],
    exclude: ["**/node_modules"],
  })
}

/** With slashes on every system, and a dot before a path that goes down. */
function relativePath(from: string, to: string): string {
  const relative = path.relative(from, to).split(path.sep).join("/")
  return relative.startsWith(".") && !relative.startsWith(".alyx") ? relative : `./${relative}`
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
