/** The language of manual pages, as far as they need it: man(7), which groff and mandoc both read, in ASCII. */

const SPECIAL: Readonly<Record<string, string>> = { '\\': '\\e', '-': '\\-', '"': '\\(dq', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti' }

/** Text as it is meant: no letter of it is taken for a command, and a hyphen can be copied into a shell. */
export const escaped = (text: string): string =>
  text.replaceAll(
    /[\\"'`^~-]|[^\p{ASCII}]/gu,
    (letter) => SPECIAL[letter] ?? `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  )

/** Words in lines of at most so many letters, as far as they can be parted. */
const WIDTH = 78

function filled(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && escaped(longer).length <= WIDTH) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.map(line)
}

/** A line of text. A dot at its beginning would make it a command. */
const line = (text: string): string => (/^[.']/.test(text) ? `\\&${escaped(text)}` : escaped(text))

export const bold = (text: string): string => `\\fB${escaped(text)}\\fR`
export const italic = (text: string): string => `\\fI${escaped(text)}\\fR`

/** `.TH`, with which a page begins: its name, its section, when it was last changed, where it is from, and the manual it belongs to. */
export const title = (name: string, { date, source }: { readonly date: string; readonly source: string }): string =>
  `.TH "${escaped(name.toUpperCase())}" "1" "${date}" "${escaped(source)}" "${escaped('Windfall')}"`

/** A heading begins a paragraph by itself. */
export const section = (name: string, content: readonly string[]): string[] =>
  content.length === 0 ? [] : [`.SH ${escaped(name)}`, ...(content[0] === '.PP' ? content.slice(1) : content)]

/** Words that are filled to the width of the page. */
export const paragraph = (text: string): string[] => ['.PP', ...filled(text)]

/** What is explained, and by what; `head` is roff already. */
export const entry = (head: string, text: string): string[] => ['.TP', head, ...filled(text)]

/** Lines that stay as they are. */
export function verbatim(lines: readonly string[]): string[] {
  return ['.PP', '.RS 4', '.nf', ...lines.map((text) => (text === '' ? '\\&' : line(text))), '.fi', '.RE']
}
