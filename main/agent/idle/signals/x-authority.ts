import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

export interface XCookie {
  readonly name: string
  readonly data: Buffer
}

const LOCAL = 256
const WILD = 65_535
const MAX_BYTES = 1024 * 1024

/** Where the X server of this machine listens, by `DISPLAY`; `null` for none, or one on another machine, which says nothing about this one. */
export function displayOf({ DISPLAY }: Environment): { readonly number: string; readonly path: string } | null {
  const number = /^(?:unix)?:(\d{1,5})(?:\.\d+)?$/.exec(DISPLAY ?? '')?.[1]
  return number === undefined ? null : { number, path: `/tmp/.X11-unix/X${number}` }
}

/** What `~/.Xauthority` holds for a display of this machine; `null` if nothing, which some servers accept. */
export function readCookie(environment: Environment, display: string): XCookie | null {
  const file = environment['XAUTHORITY'] ?? (environment['HOME'] ? join(environment['HOME'], '.Xauthority') : null)
  try {
    return file === null ? null : findCookie(readFileSync(file).subarray(0, MAX_BYTES), { host: hostname(), display })
  } catch {
    return null
  }
}

/** Finds an entry in the bytes of an authority file (libXau, `Xau.h`): family, then four counted texts, big endian. */
export function findCookie(bytes: Buffer, wanted: { readonly host: string; readonly display: string }): XCookie | null {
  let at = 0
  const field = (): Buffer => {
    const length = bytes.readUInt16BE(at)
    at += 2 + length
    if (at > bytes.length) throw new RangeError('authority file ends early')
    return bytes.subarray(at - length, at)
  }
  while (at + 2 <= bytes.length) {
    const family = bytes.readUInt16BE(at)
    at += 2
    const [address, number, name, data] = [field().toString(), field().toString(), field().toString('latin1'), field()]
    const isHere = family === WILD || (family === LOCAL && address === wanted.host)
    if (isHere && (number === '' || number === wanted.display)) return { name, data }
  }
  return null
}
