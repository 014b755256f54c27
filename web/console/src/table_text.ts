// Tables as text, as spreadsheets write and copy them: cells parted by comma, semicolon or tab. Pure.
export type Separator = ',' | ';' | '\t'

/** Without the mark at the beginning of a file, and with one kind of line break. */
export const plainLines = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')

/** By the first line that has any, quoted text apart. A table copied out of a spreadsheet has tabs. */
export function separatorOf(text: string): Separator {
  const plain = text.replace(/"(?:[^"]|"")*"/g, '')
  for (const line of plain.split('\n')) {
    if (line.includes('\t')) return '\t'
    const [commas, semicolons] = [line.split(',').length, line.split(';').length]
    if (commas + semicolons > 2) return semicolons > commas ? ';' : ','
  }
  return ','
}

export interface TableRecord {
  line: number
  cells: string[]
  /** A quotation mark that is never closed. */
  open: boolean
}

/** RFC 4180: a cell in quotation marks may hold a separator, line breaks, and quotation marks doubled. Each letter of `separators` is one. */
export function recordsOf(text: string, separators: string): TableRecord[] {
  const records: TableRecord[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let begun = 1
  const endCell = (): void => {
    cells.push(cell.trim())
    cell = ''
  }
  const endRecord = (open: boolean): void => {
    endCell()
    if (cells.some((one) => one !== '')) records.push({ line: begun, cells, open })
    cells = []
    begun = line
  }
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? ''
    if (letter === '\n') line += 1
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') {
        cell += letter
        at += 1
      } else quoted = false
    } else if (letter === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (letter === '\n') endRecord(false)
    else if (separators.includes(letter)) endCell()
    else cell += letter
  }
  endRecord(quoted)
  return records
}

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** Back to text, so that what was refused can be mended and imported again. */
export const tableOf = (rows: readonly (readonly string[])[]): string => rows.map((cells) => cells.map(quoted).join(',')).join('\n')

/** Spreadsheets in China save GB 18030, elsewhere UTF-16 or UTF-8. */
export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
