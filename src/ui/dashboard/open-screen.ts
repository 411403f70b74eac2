import type { ReactNode } from "react"
import { render } from "ink"

/** A screen of its own in the terminal, over what was there. */
export interface Screen {
  /** Gives the terminal back; may be called twice. */
  close(): void
  /** Resolves when the terminal was given back; rejects with what was thrown while drawing. */
  readonly ended: Promise<void>
}

/** Frames a second: one takes 7 to 10 ms to draw. */
const framesMax = 10

/** The streams of this process, unless a test brings others. */
export interface ScreenStreams {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
}

/** Draws on the terminal's other screen, and gives the first one back whatever ends it: a key, a signal or an error. */
export function openScreen(content: ReactNode, streams?: ScreenStreams): Screen {
  const screen = render(content, {
    ...streams,
    alternateScreen: true,
    // Ink 8.0 leaves the beginnings of lines as they were when a frame did not arrive as it expects.
    incrementalRendering: false,
    exitOnCtrlC: false,
    maxFps: framesMax,
    patchConsole: false,
    interactive: true,
  })
  const ended = screen.waitUntilExit().then(() => undefined)
  return { close: () => screen.unmount(), ended }
}
