import type { IBufferCell, Terminal } from "@xterm/headless"

/** The sixteen colours of the picture's terminal, then its ground and its text. */
const palette = [
  "#1b1f27", "#e5786d", "#8fc07a", "#e3c078", "#7aa8e0", "#c295e0", "#74c7c0", "#c9d1d9",
  "#6b7684", "#ff9185", "#a8db92", "#f5d68f", "#93c0f5", "#d9b0f5", "#8fe0d8", "#ffffff",
] // prettier-ignore
const ground = "#11151c"
const ink = "#c9d1d9"

const cellWidth = 8.4
const cellHeight = 18
const padding = 14

/** Draws what a terminal shows as an SVG: one text element a run of equal cells, boxes behind coloured grounds, and frames as lines without gaps. */
export function screenToSvg(terminal: Terminal, title: string): string {
  const { cols, rows } = terminal
  const width = cols * cellWidth + padding * 2
  const height = rows * cellHeight + padding * 2
  const parts = Array.from({ length: rows }, (_, row) => drawRow(terminal, row)).flat()
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${ground}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" xml:space="preserve">`,
    ...parts,
    "</g></svg>",
    "",
  ].join("\n")
}

interface Style {
  readonly fill: string
  readonly back: string | null
  readonly bold: boolean
  readonly dim: boolean
}

function drawRow(terminal: Terminal, row: number): string[] {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row)
  if (!line) return []
  const drawn: string[] = []
  let run = ""
  let start = 0
  let style: Style | null = null
  const finish = (): void => {
    if (style !== null) drawn.push(...drawRun(run, start, row, style))
    run = ""
  }
  for (let column = 0; column < terminal.cols; column += 1) {
    const cell = line.getCell(column)
    if (!cell || cell.getWidth() === 0) continue
    const next = styleOf(cell)
    if (style === null || JSON.stringify(style) !== JSON.stringify(next)) {
      finish()
      start = column
      style = next
    }
    run += cell.getChars() || " "
  }
  finish()
  return drawn
}

function drawRun(text: string, column: number, row: number, style: Style): string[] {
  const x = (padding + column * cellWidth).toFixed(1)
  // A cell's text is one character of width one in what we draw, so its UTF-16 length will do.
  const width = (text.length * cellWidth).toFixed(1)
  const drawn: string[] = []
  if (style.back) {
    drawn.push(
      `<rect x="${x}" y="${padding + row * cellHeight}" width="${width}" height="${cellHeight}" fill="${style.back}"/>`,
    )
  }
  drawn.push(...drawFrame(text, column, row, style))
  const looks = `${style.bold ? ' font-weight="bold"' : ""}${style.dim ? ' opacity="0.6"' : ""}`
  const y = padding + row * cellHeight + 13
  // Blanks at the ends and in rows are left out: browsers draw them as one.
  for (const { 0: words, index } of text.replaceAll(/[─│╭╮╰╯▁▂▃▄▅▆▇█░]/g, " ").matchAll(/\S+(?: \S+)*/g)) {
    const left = (padding + (column + index) * cellWidth).toFixed(1)
    const length = (words.length * cellWidth).toFixed(1)
    drawn.push(
      `<text x="${left}" y="${y}" textLength="${length}" fill="${style.fill}"${looks}>${escapeXml(words)}</text>`,
    )
  }
  return drawn
}

/** Which ways the line of a frame goes from the middle of its cell: left, right, up, down. */
const frameArms: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "─": [1, 1, 0, 0],
  "│": [0, 0, 1, 1],
  "╭": [0, 1, 0, 1],
  "╮": [1, 0, 0, 1],
  "╰": [0, 1, 1, 0],
  "╯": [1, 0, 1, 0],
}

const blocks = "▁▂▃▄▅▆▇█"

/** Draws frames and bars by hand: the characters of most fonts leave gaps between the lines. */
function drawFrame(text: string, column: number, row: number, style: Style): string[] {
  const dim = style.dim ? ' opacity="0.6"' : ""
  const top = padding + row * cellHeight
  const steps: string[] = []
  const bars: string[] = []
  Array.from(text).forEach((character, index) => {
    const left = padding + (column + index) * cellWidth
    const [x, y] = [left + cellWidth / 2, top + cellHeight / 2]
    const arms = frameArms[character]
    if (arms !== undefined) {
      const [toLeft, toRight, up, down] = arms
      const [half, tall] = [cellWidth / 2, cellHeight / 2]
      steps.push(
        `M${(x - half * toLeft).toFixed(1)} ${y}H${(x + half * toRight).toFixed(1)}M${x.toFixed(1)} ${y - tall * up}V${y + tall * down}`,
      )
    }
    const share = character === "░" ? 8 : blocks.indexOf(character) + 1
    if (share === 0) return
    const height = ((cellHeight - 4) * share) / 8
    const faint = character === "░" ? ' opacity="0.3"' : dim
    bars.push(
      `<rect x="${left.toFixed(1)}" y="${(top + cellHeight - 2 - height).toFixed(1)}" width="${cellWidth}" height="${height.toFixed(1)}" fill="${style.fill}"${faint}/>`,
    )
  })
  if (steps.length === 0) return bars
  return [...bars, `<path d="${steps.join("")}" stroke="${style.fill}" fill="none"${dim}/>`]
}

function styleOf(cell: IBufferCell): Style {
  const front = cell.isFgRGB() ? hex(cell.getFgColor()) : cell.isFgPalette() ? indexed(cell.getFgColor()) : ink
  const back = cell.isBgRGB() ? hex(cell.getBgColor()) : cell.isBgPalette() ? indexed(cell.getBgColor()) : null
  const inverse = cell.isInverse() !== 0
  return {
    fill: inverse ? (back ?? ground) : front,
    back: inverse ? front : back,
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
  }
}

function indexed(index: number): string {
  if (index < 16) return palette[index]!
  if (index >= 232) return hex((8 + (index - 232) * 10) * 0x01_01_01)
  const cube = index - 16
  return hex((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6))
}

function hex(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, "0")}`
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}

/** One of the six levels of the colour cube. */
function level(part: number): number {
  return part === 0 ? 0 : 55 + part * 40
}
