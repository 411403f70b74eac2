/** The functions of the glue (runtimes/js/engine/glue.as), in the order of `nativeNames`. Bytes are copied at every crossing. */
export interface Natives {
  /** Unpaired surrogates become three bytes that are not UTF-8: make the text well-formed before. */
  encodeUtf8(text: string): Uint8Array
  decodeUtf8(bytes: Uint8Array): string
  fillRandom(bytes: Uint8Array): void
  /** Milliseconds of a clock that never goes back, with fractions. */
  monotonicMs(): number
  /** One of `buildModes` in build-time.ts. */
  buildMode(): number
  /** The function that the glue calls for everything; see main.ts. */
  setStep(step: (kind: number, argument: unknown, second: unknown) => number): void

  input(): Uint8Array
  output(bytes: Uint8Array): void
  error(bytes: Uint8Array): void

  alloc(bytes: Uint8Array): bigint
  load(offset: bigint): Uint8Array
  length(offset: bigint): bigint
  free(offset: bigint): void
  configGet(key: Uint8Array): Uint8Array | null
  varGet(key: Uint8Array): Uint8Array | null
  varSet(key: Uint8Array, value: Uint8Array | null): void
  httpRequest(request: Uint8Array, body: Uint8Array | null): Uint8Array
  httpStatus(): number
  httpHeaders(): Uint8Array | null
  /** 0 trace, 1 debug, 2 info, 3 warn, 4 error. */
  log(level: number, text: Uint8Array): void

  /** Evaluates the bundle that was not evaluated for the snapshot; returns what its script does. */
  evaluateDeferred(): unknown

  /** Of Alyx: these throw in the plain engine. Null where the host has no context to give. */
  alyxContext(): string | null
  /** The header as well-formed JSON. */
  alyxSubmit(header: string, body: Uint8Array | undefined): void
  alyxCall(frame: Uint8Array): Uint8Array
  alyxLog(line: Uint8Array): void

  /** Calls a host function of the interface file with values of eight bytes each; the result takes the first one's place. */
  callHost(index: number, values: Uint8Array): void
  /** The arguments of an export that has parameters; they stand until the next call of the plug-in. */
  exportValues(): Uint8Array
  setExportValues(result: Uint8Array): void

  /** The input and the output as UTF-8, without an array of bytes between. The text has to be well-formed. */
  inputText(): string
  outputText(text: string): void
  /** Of Alyx: the body of the answer that is being delivered, empty at any other time. */
  answerText(): string
  answerBytes(): Uint8Array
}

const scope = globalThis as { __alyx_natives?: Natives }

/** The builder sets them before it evaluates the prelude; user code never sees them. */
export const natives: Natives = take()

function take(): Natives {
  const taken = scope.__alyx_natives
  delete scope.__alyx_natives
  return taken!
}
