/** One event of a stream (HTML Living Standard §9.2.6); comments and fields that nobody reads are left out. */
export interface StreamEvent {
  readonly event: string
  readonly data: string
}

/** More than a coordinator ever sends at once. */
const MAX_CHARS = 64_000

/** Puts events together from pieces of text as they arrive. Error: RangeError where an event never ends. */
export function createEventReader(): (piece: string) => readonly StreamEvent[] {
  let rest = ''
  return (piece) => {
    rest += piece
    if (rest.length > MAX_CHARS) throw new RangeError('The coordinator sends an event that does not end.')
    const blocks = rest.split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    return blocks.flatMap(eventOf)
  }
}

function eventOf(block: string): readonly StreamEvent[] {
  const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line))
  const all = (name: string) => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []))
  const data = all('data')
  return data.length === 0 ? [] : [{ event: all('event').at(-1) ?? 'message', data: data.join('\n') }]
}
