import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTarget, mayReach, reachOf } from './guarded-address.ts'

const NOBODY: ReadonlySet<string> = new Set()
const use = (text: string, vouched = NOBODY) => checkTarget(text, vouched)

/** The first and the last address of every range, and what lies right outside. */
const RANGES: readonly (readonly [net: string, first: string, last: string, reach: 'private' | 'never'])[] = [
  ['this network', '0.0.0.0', '0.255.255.255', 'never'],
  ['private A', '10.0.0.0', '10.255.255.255', 'private'],
  ['carrier-grade NAT', '100.64.0.0', '100.100.100.199', 'private'],
  ['carrier-grade NAT, on', '100.100.100.201', '100.127.255.255', 'private'],
  ['loopback', '127.0.0.0', '127.255.255.255', 'private'],
  ['link-local, metadata', '169.254.0.0', '169.254.255.255', 'never'],
  ['private B', '172.16.0.0', '172.31.255.255', 'private'],
  ['IETF', '192.0.0.0', '192.0.0.255', 'never'],
  ['documentation 1', '192.0.2.0', '192.0.2.255', 'never'],
  ['6to4 relays', '192.88.99.0', '192.88.99.255', 'never'],
  ['private C', '192.168.0.0', '192.168.255.255', 'private'],
  ['benchmarking', '198.18.0.0', '198.19.255.255', 'never'],
  ['documentation 2', '198.51.100.0', '198.51.100.255', 'never'],
  ['documentation 3', '203.0.113.0', '203.0.113.255', 'never'],
  ['multicast', '224.0.0.0', '239.255.255.255', 'never'],
  ['reserved, broadcast', '240.0.0.0', '255.255.255.255', 'never'],
  ['Alibaba metadata', '100.100.100.200', '100.100.100.200', 'never'],
  ['Azure wire server', '168.63.129.16', '168.63.129.16', 'never'],
  ['unspecified', '::', '::', 'never'],
  ['loopback 6', '::1', '::1', 'private'],
  ['IPv4-compatible', '::2', '::ffff:ffff', 'never'],
  ['IPv4-mapped', '::ffff:0:0', '::ffff:255.255.255.255', 'never'],
  ['mapped public', '::ffff:8.8.8.8', '::ffff:8.8.8.8', 'never'],
  ['NAT64', '64:ff9b::', '64:ff9b::ffff:ffff', 'never'],
  ['local NAT64', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['discard', '100::', '100::ffff:ffff:ffff:ffff', 'never'],
  ['below what is given out', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['benchmarking 6', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['ORCHID', '2001:10::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['documentation 6', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['6bone', '3ffe::', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['documentation 6, new', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['beyond what is given out', '4000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['unique local', 'fc00::', 'fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff', 'private'],
  ['AWS metadata', 'fd00:ec2::254', 'fd00:ec2::23', 'never'],
  ['Google metadata', 'fd20:ce::254', 'fd20:ce::254', 'never'],
  ['unique local, on', 'fd20:cf::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'private'],
  ['link-local 6', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
  ['multicast 6', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'never'],
]

test.each(RANGES)('%s is not public', (_, first, last, reach) => {
  expect([reachOf(first), reachOf(last)]).toEqual([reach, reach])
})

test('what lies between them is', () => {
  const outside = ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0', '169.253.255.255', '169.255.0.0']
  const others = ['172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255', '8.8.8.8']
  const six = ['2000::', '2001:200::', '2001:4860:4860::8888', '2003::', '2620:fe::fe', '3ffd:ffff::', '3fff:1000::']
  for (const address of [...outside, ...others, ...six]) expect([address, reachOf(address)]).toEqual([address, 'public'])
})

test.each(['', 'localhost', '1.2.3', '1.2.3.4.5', '01.2.3.4', '0x7f.0.0.1', 'fe80::1%eth0', '2001:4860::1%1', '[::1]', '8.8.8.8:443', ' 8.8.8.8'])(
  '“%s” is no address',
  (text) => expect(reachOf(text)).toBe('never'),
)

test.each([
  ['http://hooks.example.com/', 'https://'],
  ['ftp://hooks.example.com/', 'https://'],
  ['hooks.example.com', 'https://'],
  ['https:hooks.example.com', 'https://'],
  ['https:///hooks.example.com', 'https://'],
  ['https:\\\\hooks.example.com/', 'https://'],
  ['https://hooks.example.com\\@10.0.0.1/', 'https://'],
  ['https://hooks.exa\tmple.com/', 'https://'],
  ['https://hooks.example.com/ a', 'https://'],
  ['https://hooks.example.com/\u0000', 'https://'],
  [`https://hooks.example.com/${'a'.repeat(2_048)}`, '2048'],
  ['https://me@hooks.example.com/', 'password'],
  ['https://me:secret@hooks.example.com/', 'password'],
  ['https://hooks.example.com#@10.0.0.1/', '#'],
  ['https://hooks.example.com./', 'dot'],
  ['https://hooks.example.com:0/', 'port 0'],
  ['https://hooks.example.com:22/', 'port 22'],
  ['https://hooks.example.com:80/', 'port 80'],
  ['https://hooks.example.com:6379/', 'port 6379'],
  ['https://hooks.example.com:65536/', 'https://'],
  ['https://localhost/', 'public'],
  ['https://api.localhost/', 'public'],
  ['https://ｌｏｃａｌｈｏｓｔ/', 'public'],
  ['https://metadata.google.internal/', 'public'],
  ['https://metadata/', 'public'],
  ['https://router.lan/', 'public'],
  ['https://printer.local/', 'public'],
  ['https://nas.home.arpa/', 'public'],
  ['https://169.254.169.254/latest/meta-data/', 'public'],
  ['https://[fd00:ec2::254]/', 'public'],
  ['https://[fe80::1%25eth0]/', 'https://'],
])('%s is not used', (text, why) => {
  expect(() => use(text)).toThrow(expect.objectContaining({ code: 'input.invalid', message: expect.stringContaining(why) }))
})

test('what is of the public internet is used, by whatever name', () => {
  expect(use('https://hooks.example.com/a?b=c').url.href).toBe('https://hooks.example.com/a?b=c')
  expect(use('https://hooks.example.com:8443/')).toMatchObject({ port: 8_443, isVouched: false })
  expect(use('HTTPS://Bücher.Example.com').url.hostname).toBe('xn--bcher-kva.example.com')
  expect(use('https://8.8.8.8/').url.hostname).toBe('8.8.8.8')
  expect(use('https://[2001:4860:4860::8888]/').url.hostname).toBe('[2001:4860:4860::8888]')
})

test('an operator vouches for one port of one host, for nothing beside it, and never for where clouds keep secrets', () => {
  const vouched = new Set(['hooks.lan:8080', '10.0.0.5:80'])
  expect(use('http://hooks.lan:8080/a', vouched)).toMatchObject({ port: 8_080, isVouched: true })
  expect(use('http://10.0.0.5/', vouched).isVouched).toBe(true)
  for (const text of ['http://hooks.lan/', 'http://hooks.lan:8081/', 'http://a.hooks.lan:8080/', 'http://10.0.0.6/', 'http://x@hooks.lan:8080/'])
    expect(() => use(text, vouched)).toThrow('is not used')
  expect(mayReach(['10.0.0.5', '127.0.0.1', 'fd12::1'], { isVouched: true })).toBe(true)
  expect(mayReach(['169.254.169.254'], { isVouched: true })).toBe(false)
  expect(mayReach(['fd00:ec2::254'], { isVouched: true })).toBe(false)
})

test('one address that may not be connected to spoils the others, and none is not enough', () => {
  expect(mayReach(['8.8.8.8', '2001:4860:4860::8888'], { isVouched: false })).toBe(true)
  expect(mayReach(['8.8.8.8', '10.0.0.1'], { isVouched: false })).toBe(false)
  expect(mayReach([], { isVouched: true })).toBe(false)
})

const digits = (value: number) => fc.constantFrom(String(value), `0x${value.toString(16)}`, `0X00${value.toString(16)}`, `0${value.toString(8)}`)
const fullWidth = (text: string) => text.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
const escaped = (text: string) => text.replaceAll(/[0-9.]/g, (char) => `%${char.codePointAt(0)?.toString(16)}`)
const disguised = (text: string) => fc.constantFrom(text, `${text}.`, fullWidth(text), text.replaceAll('.', '。'), escaped(text), escaped(fullWidth(text)))

/** Any way in which a browser reads the same four bytes. */
const spellings = (address: number): fc.Arbitrary<string> => {
  const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff)
  const written = (dots: number) => fc.tuple(...bytes.slice(0, dots).map(digits), digits(dots === 0 ? address : address % 256 ** (4 - dots)))
  return fc
    .integer({ min: 0, max: 3 })
    .chain(written)
    .chain((parts) => disguised(parts.join('.')))
}

/** And in which IPv6 carries them. */
const carriers = (address: number): string[] => {
  const hex = `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`
  return [`[::ffff:${hex}]`, `[::${hex}]`, `[64:ff9b::${hex}]`, `[64:ff9b:1::${hex}]`, `[2002:${hex}::]`, `[2001::${hex}]`, `[::ffff:0:${hex}]`]
}

const numberOf = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const inside = (first: string, last: string) => fc.integer({ min: numberOf(first), max: numberOf(last) })

test('no spelling of a forbidden IPv4 address is used', () => {
  const forbidden = fc.oneof(...RANGES.filter(([, first]) => !first.includes(':')).map(([, first, last]) => inside(first, last)))
  const spelled = forbidden.chain((address) => fc.oneof(spellings(address), fc.constantFrom(...carriers(address))))
  fc.assert(
    fc.property(spelled, (host) => {
      expect(() => use(`https://${host}/`)).toThrow('is not used')
    }),
    { numRuns: 1_000 },
  )
})

test('no IPv6 address outside of what is given out is public, however it is written', () => {
  const word = fc.integer({ min: 0, max: 0xffff })
  const outside = fc.tuple(
    word.filter((first) => first >> 13 !== 1),
    fc.array(word, { minLength: 7, maxLength: 7 }),
  )
  const written = outside.map(([first, rest]) => [first, ...rest].map((value) => value.toString(16)).join(':'))
  fc.assert(
    fc.property(written, fc.boolean(), (address, isUpper) => {
      expect(reachOf(isUpper ? address.toUpperCase() : address)).not.toBe('public')
      expect(() => use(`https://[${address}]/`)).toThrow('is not used')
    }),
    { numRuns: 300 },
  )
})
