/** The examples of RFC 9421, appendix B: what is signed in each, and the signatures that a coordinator could check. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { signatureBase } from './http-signature.ts'
import { verifySignature } from './signing.ts'

/** B.1.3 and B.1.4. */
const P256: PublicJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA',
  y: 'Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0',
}
const ED25519: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs' }
/** B.1.5. */
const SECRET = Buffer.from('uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==', 'base64')

/** The fields and derived components of the request and the response that appendix B.2 signs, by name. */
const REQUEST: Readonly<Record<string, string>> = {
  date: 'Tue, 20 Apr 2021 02:07:55 GMT',
  '@method': 'POST',
  '@path': '/foo',
  '@query': '?param=Value&Pet=dog',
  '@query-param";name="Pet': 'dog',
  '@authority': 'example.com',
  'content-type': 'application/json',
  'content-digest': 'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
  'content-length': '18',
}
const RESPONSE: Readonly<Record<string, string>> = {
  '@status': '200',
  'content-type': 'application/json',
  'content-digest': 'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
  'content-length': '23',
}
/** B.3: what a proxy that ends TLS signs and passes on. */
const PROXIED: Readonly<Record<string, string>> = {
  ...REQUEST,
  '@authority': 'service.internal.example',
  'client-cert':
    ':MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludGVybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMHAwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bMjeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk=:',
}
/** B.4: two fields of one name are signed as one. */
const TRANSFORMED: Readonly<Record<string, string>> = { '@method': 'GET', '@path': '/demo', '@authority': 'example.org', accept: 'application/json, */*' }

/** A covered component is named in quotes, its own parameters behind them. */
function baseOf(message: Readonly<Record<string, string>>, params: string): Buffer {
  const [, covered = ''] = /^\(([^)]*)\)/.exec(params) ?? []
  const names = covered.split(' ').filter((name) => name !== '')
  return Buffer.from(
    signatureBase(
      names.map((name) => [name.slice(1, -1), message[name.slice(1, -1)] ?? 'missing'] as const),
      params,
    ),
  )
}

const RSA = 'created=1618884473;keyid="test-key-rsa-pss"'

test.each([
  ['B.2.1', `();${RSA};nonce="b3k2pp5k7z-50gnwp.yemd"`, []],
  [
    'B.2.2',
    `("@authority" "content-digest" "@query-param";name="Pet");${RSA};tag="header-example"`,
    ['@authority', 'content-digest', '@query-param";name="Pet'],
  ],
  [
    'B.2.3',
    `("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");${RSA}`,
    ['date', '@method', '@path', '@query', '@authority', 'content-type', 'content-digest', 'content-length'],
  ],
])('%s: the signature base is that of the RFC', (_, params, names) => {
  const expected = [...names.map((name) => `"${name}": ${REQUEST[name]}`), `"@signature-params": ${params}`].join('\n')
  expect(String(baseOf(REQUEST, params))).toBe(expected)
})

test.each([
  [
    'B.2.4',
    P256,
    RESPONSE,
    '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
  ],
  [
    'B.2.6',
    ED25519,
    REQUEST,
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  ],
  [
    'B.3',
    P256,
    PROXIED,
    '("@path" "@query" "@method" "@authority" "client-cert");created=1618884473;keyid="test-key-ecc-p256"',
    'xVMHVpawaAC/0SbHrKRs9i8I3eOs5RtTMGCWXm/9nvZzoHsIg6Mce9315T6xoklyy0yzhD9ah4JHRwMLOgmizw==',
  ],
  [
    'B.4',
    ED25519,
    TRANSFORMED,
    '("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
    'ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==',
  ],
])('%s: the signature of the RFC holds for what we say is signed, and for nothing that differs in one covered value', (_, key, message, params, text) => {
  const signature = Buffer.from(text, 'base64')
  expect(verifySignature(key, baseOf(message, params), signature)).toBe(true)
  for (const [name, value] of Object.entries(message)) {
    const isCovered = params.includes(`"${name}"`)
    expect(verifySignature(key, baseOf({ ...message, [name]: `${value} ` }, params), signature), name).toBe(!isCovered)
  }
  expect(verifySignature(key, baseOf(message, params.replace('1618884473', '1618884474')), signature)).toBe(false)
})

test('B.2.5: the base gives the MAC of the RFC', () => {
  const params = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
  expect(createHmac('sha256', SECRET).update(baseOf(REQUEST, params)).digest('base64')).toBe('pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=')
})
