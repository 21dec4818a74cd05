/** Certificates (X.509 version 3, RFC 5280) that a test makes for itself: none is kept, so none expires. */
import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

const DAY_MS = 86_400_000

interface Issued {
  /** PEM. */
  readonly certificate: string
  readonly key: string
}

export interface Authority extends Issued {
  /** For a server or a client of these host names and IPv4 addresses. Valid from yesterday until tomorrow, unless `expired`. */
  readonly issue: (names: readonly string[], options?: { readonly expired?: boolean }) => Issued
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const octets = (content: Uint8Array) => der(0x04, content)
const bits = (content: Uint8Array) => der(0x03, Buffer.from([0]), content)
const TRUE = Buffer.from([0x01, 0x01, 0xff])
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
const name = (text: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))))
const time = (ms: number) => der(0x18, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`))
const altName = (text: string) => (isIP(text) === 4 ? der(0x87, Buffer.from(text.split('.').map(Number))) : der(0x82, Buffer.from(text)))
const pem = (content: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString()

interface Content {
  readonly issuer: string
  readonly subject: string
  readonly publicKey: KeyObject
  readonly validTo: number
  readonly extensions: readonly Uint8Array[]
}

function certify({ issuer, subject, publicKey, validTo, extensions }: Content, by: KeyObject): string {
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    name(issuer),
    sequence(time(validTo - 2 * DAY_MS), time(validTo)),
    name(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(...extensions)),
  )
  return pem(sequence(toSign, ECDSA_SHA256, bits(sign('sha256', toSign, by))))
}

const tomorrow = () => Date.now() + DAY_MS

export function createAuthority(issuer: string): Authority {
  const own = newKeys()
  const isAuthority = sequence(oid('551d13'), TRUE, octets(sequence(TRUE)))
  return {
    certificate: certify({ issuer, subject: issuer, publicKey: own.publicKey, validTo: tomorrow(), extensions: [isAuthority] }, own.privateKey),
    key: pemOf(own.privateKey),
    issue(names, { expired = false } = {}) {
      const { publicKey, privateKey } = newKeys()
      const extensions = [sequence(oid('551d11'), octets(sequence(...names.map(altName))))]
      const validTo = expired ? Date.now() - DAY_MS : tomorrow()
      return { certificate: certify({ issuer, subject: names[0] ?? 'nobody', publicKey, validTo, extensions }, own.privateKey), key: pemOf(privateKey) }
    },
  }
}
