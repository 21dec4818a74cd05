/** Changes to the bytes of a file or of a signed body that know nothing of what they mean. */
import type { Dice } from './dice.ts'

/** One of each class of bytes: digits, letters, what JSON is made of, white space, control, and what is no UTF-8 by itself. */
const BYTES = [...Buffer.from('05abfuzAZ_+/=-.,:"\\{}[] eE\n\t\r\0\u001f\u007f'), 0x80, 0xc0, 0xc3, 0xed, 0xf4, 0xff] as const

const splice = (bytes: Buffer, at: number, removed: number, inserted: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)])

const CHANGES: Readonly<Record<string, (bytes: Buffer, dice: Dice) => Buffer>> = {
  'a bit flipped': (bytes, dice) => {
    const at = dice.below(bytes.length)
    return splice(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << dice.below(8))))
  },
  'a byte replaced': (bytes, dice) => splice(bytes, dice.below(bytes.length), 1, Uint8Array.of(dice.pick(BYTES))),
  'a byte removed': (bytes, dice) => splice(bytes, dice.below(bytes.length), 1),
  'a byte inserted': (bytes, dice) => splice(bytes, dice.below(bytes.length), 0, Uint8Array.of(dice.pick(BYTES))),
  'a stretch removed': (bytes, dice) => splice(bytes, dice.below(bytes.length), 1 + dice.below(200)),
  'a stretch repeated': (bytes, dice) => {
    const at = dice.below(bytes.length)
    return splice(bytes, at, 0, bytes.subarray(at, at + 1 + dice.below(200)))
  },
  'an end cut off': (bytes, dice) => bytes.subarray(0, dice.below(bytes.length)),
  'something behind it': (bytes, dice) => Buffer.concat([bytes, Buffer.from(dice.pick([' ', '\n', '\0', '}', '{}', 'null', ',']))]),
  'something before it': (bytes, dice) => Buffer.concat([Buffer.from(dice.pick([' ', '\n', '\ufeff', '\0', '['])), bytes]),
  'an escape for a character': (bytes, dice) => {
    const letters = [...bytes.keys()].filter((at) => /[a-zA-Z]/.test(String.fromCharCode(bytes[at] ?? 0)))
    const at = dice.pick(letters)
    return splice(bytes, at, 1, Buffer.from(`\\u00${(bytes[at] ?? 0).toString(16)}`))
  },
  'white space between': (bytes, dice) => {
    const signs = [...bytes.keys()].filter((at) => '{}[],:'.includes(String.fromCharCode(bytes[at] ?? 0)))
    return splice(bytes, dice.pick(signs), 0, Buffer.from(dice.pick([' ', '\n', '\r\n', '\t', '\f', '\u00a0', '\u2028', '/**/'])))
  },
}

export function editBytes(bytes: Buffer, dice: Dice): { readonly name: string; readonly bytes: Buffer } {
  const name = dice.pick(Object.keys(CHANGES))
  return { name, bytes: CHANGES[name]?.(bytes, dice) ?? bytes }
}
