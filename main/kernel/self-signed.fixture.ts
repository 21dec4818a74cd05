import { type KeyObject, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const generalizedTime = (text: string): Buffer => der(0x18, Buffer.from(text))

const ED25519 = sequence(oid('2b6570'))

/** As RFC 5280 §4.1 lays it out, for these names; it never expires (§4.1.2.5). */
function certificate(names: readonly string[], key: KeyObject): Buffer {
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(names[0] ?? '')))))
  const alternatives = sequence(...names.map((dnsName) => der(0x82, Buffer.from(dnsName))))
  const extensions = der(0xa3, sequence(sequence(oid('551d11'), der(0x04, alternatives))))
  const validity = sequence(generalizedTime('20200101000000Z'), generalizedTime('99991231235959Z'))
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]))
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const tbs = sequence(der(0xa0, der(0x02, Buffer.from([2]))), serial, ED25519, name, validity, name, spki, extensions)
  return sequence(tbs, ED25519, der(0x03, Buffer.from([0]), sign(null, tbs, key)))
}

/** A key and a certificate that it signed itself, PEM, for servers of these names in tests. */
export function selfSigned(...names: readonly string[]): { readonly key: string; readonly cert: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const lines =
    certificate(names, privateKey)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  const cert = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), cert }
}
