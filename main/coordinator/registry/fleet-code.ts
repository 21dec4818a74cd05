import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'

/** Crockford's base 32: no letter that looks like a digit, and none that makes words with U. @see https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 8
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`)
/** How long a code may be typed in. */
export const CODE_TTL_MS = 600_000

/** Eight characters, 40 random bits; `random` gives bytes. */
export const newCode = (random: (bytes: number) => Uint8Array): string => [...random(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '').join('')

/** As it is read to somebody: two groups of four. */
export const spokenCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`

/** What somebody typed, without what Crockford lets people mistake: case, hyphens, O for 0, I and L for 1. `null` if it is no code. */
export function readCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return CODE.test(code) ? code : null
}

const derive = promisify<string, string, number, object, Buffer>(scrypt)
/** The same for all, because a code is looked up by its hash. Slowness alone has to hold: 2^40 codes take centuries, one is good for minutes. */
const SALT = 'windfall-fleet-invite-v1'

/** What is stored of a code: scrypt (RFC 7914), hex. Looking it up tells nothing by its timing, as nobody can choose a hash. */
export const hashCode = async (code: string): Promise<string> => (await derive(code, SALT, 32, { N: 16_384, r: 8, p: 1 })).toString('hex')
