/** How a cell of a table travels in JSON. Integers beyond 2^53 and bytes have a form of their own; the column's type says what a number is. */
type Wire = string | number | null | { readonly i: string } | { readonly b: string }

export type Cell = string | number | bigint | Uint8Array | null

const encode = (cell: Cell): Wire => {
  if (typeof cell === 'bigint') return cell <= Number.MAX_SAFE_INTEGER && cell >= Number.MIN_SAFE_INTEGER ? Number(cell) : { i: String(cell) }
  return cell instanceof Uint8Array ? { b: Buffer.from(cell).toString('base64') } : cell
}

function decode(wire: Wire): Cell {
  if (typeof wire !== 'object' || wire === null) return wire
  return 'i' in wire ? BigInt(wire.i) : Buffer.from(wire.b, 'base64')
}

export const encodeLine = (cells: readonly Cell[]): string => `${JSON.stringify(cells.map(encode))}\n`
export const decodeLine = (line: string): Cell[] => (JSON.parse(line) as Wire[]).map(decode)
