/** How programs that make plug-ins are installed, for those who do not have one. */
const hints: Readonly<Record<string, string>> = {
  "extism-js": "Install it from github.com/extism/js-pdk; or leave build: out, and Alyx compiles the function itself.",
  cargo: "Install Rust from rustup.rs, then: rustup target add wasm32-wasip1",
  rustc: "Install Rust from rustup.rs, then: rustup target add wasm32-wasip1",
  tinygo: "Install it from tinygo.org; it needs Go as well.",
  go: "Install it from go.dev.",
  asc: "Install it beside the function: npm install --save-dev assemblyscript",
  zig: "Install it from ziglang.org.",
  "extism-py": "Install it from github.com/extism/python-pdk.",
  dotnet: "Install it from dot.net.",
  npm: "It comes with Node.js.",
  make: "Install it with your system's packages.",
}

/** The sentence that says how to get a program. */
export function installHint(program: string): string {
  const name = program.replace(/^.*[/\\]/, "").replace(/\.(?:exe|cmd)$/i, "")
  return hints[name] ?? "Install it, or mend build.command; programs are looked for in PATH and in node_modules/.bin."
}

/** What programs need to know of the machine. Nothing else of the environment reaches them: it may hold secrets. */
const kept = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "TERM",
  "TMPDIR",
  "TEMP",
  "TMP",
  "TZ",
  "CC",
  "CXX",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "RUSTUP_TOOLCHAIN",
  "GOPATH",
  "GOROOT",
  "GOCACHE",
  "GOMODCACHE",
  "GOPROXY",
  "GOFLAGS",
  "GOOS",
  "GOARCH",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "TINYGOROOT",
  "JAVA_HOME",
  "DOTNET_ROOT",
  "WASI_SDK_PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  // Windows starts nothing without these.
  "SYSTEMROOT",
  "WINDIR",
  "COMSPEC",
  "PATHEXT",
  "APPDATA",
  "LOCALAPPDATA",
  "USERPROFILE",
  "PROGRAMFILES",
  "PROGRAMDATA",
])

/** The environment of a build command. */
export function buildEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const isKept = kept.has(name.toUpperCase()) || /^(?:LC_|XDG_)/.test(name)
      return value !== undefined && isKept ? [[name, value] as const] : []
    }),
  )
}
