import { BlockList, isIP } from 'node:net'
import { WindfallError } from '../../shared/errors.ts'

/** `private`: of the machine or network this runs in. `never`: nothing that anybody could mean to give as an address of theirs. */
export type Reach = 'public' | 'private' | 'never'

const subnets = (type: 'ipv4' | 'ipv6', nets: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const net of nets) {
    const [address = '', bits] = net.split('/')
    list.addSubnet(address, Number(bits), type)
  }
  return list
}

// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates), and two addresses by which clouds tell a machine its secrets.
const PRIVATE_4 = subnets('ipv4', ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'])
const NEVER_4 = subnets('ipv4', [
  '0.0.0.0/8',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

// IANA IPv6 Special-Purpose Address Registry: only 2000::/3 is given out, and of that these are not. What carries an IPv4 address in it lies outside.
const GLOBAL_6 = subnets('ipv6', ['2000::/3'])
const SPECIAL_6 = subnets('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3ffe::/16', '3fff::/20'])
const PRIVATE_6 = subnets('ipv6', ['::1/128', 'fc00::/7'])
const METADATA_6 = subnets('ipv6', ['fd00:ec2::/32', 'fd20:ce::/64'])

function reachOf4(address: string): Reach {
  if (NEVER_4.check(address, 'ipv4')) return 'never'
  return PRIVATE_4.check(address, 'ipv4') ? 'private' : 'public'
}

function reachOf6(address: string): Reach {
  if (GLOBAL_6.check(address, 'ipv6')) return SPECIAL_6.check(address, 'ipv6') ? 'never' : 'public'
  return PRIVATE_6.check(address, 'ipv6') && !METADATA_6.check(address, 'ipv6') ? 'private' : 'never'
}

/** Where an IP address leads. What is none, or names a network card (`%eth0`), leads nowhere. */
export function reachOf(address: string): Reach {
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0) return 'never'
  return version === 4 ? reachOf4(address) : reachOf6(address)
}

const MAX_URL = 2_048
/** Names that mean this machine or this network wherever they are looked up (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal), and others that nobody owns. */
const OWN_NAMES = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|onion|test|invalid)$/
/** Where databases, caches and the like listen, of which some act on what looks like anything else to them. */
const NOT_WEB = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 6000, 6379, 6443, 6566, 6665, 6666,
  6667, 6668, 6669, 6697, 9042, 9092, 9200, 9300, 10_080, 10_250, 11_211, 27_017,
])

const refused = (why: string): WindfallError => new WindfallError('input.invalid', `This address is not used: ${why}.`)

const portOf = ({ protocol, port }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port))

/** Without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** As an operator names what he vouches for. */
const placeOf = (url: URL): string => `${url.hostname}:${portOf(url)}`

export interface Target {
  readonly url: URL
  readonly port: number
  /** The operator answers for it: it may be of his own network, and without TLS. */
  readonly isVouched: boolean
}

function checkSpelling(text: string): URL {
  // A browser forgives each of these, and then goes somewhere else than the text seems to say.
  const isPlain = text.length <= MAX_URL && !/[\s\\\p{Cc}]/u.test(text) && /^https?:\/\/[^/]/i.test(text)
  const url = isPlain && URL.canParse(text) ? new URL(text) : null
  if (!url) throw refused(`it has to be an https:// address of at most ${MAX_URL} characters`)
  if (url.username !== '' || url.password !== '') throw refused('it holds a user name or password')
  if (url.hash !== '') throw refused('what follows # is never sent')
  return url
}

function checkPlace({ url, port, isVouched }: Target): void {
  const host = hostOf(url)
  if (host.endsWith('.')) throw refused('its host ends in a dot')
  if (isVouched) return
  if (url.protocol !== 'https:') throw refused('it has to begin with https://')
  if (port !== 443 && (port < 1_024 || NOT_WEB.has(port))) throw refused(`nobody serves https on port ${port}`)
  const isPublic = isIP(host) === 0 ? host.includes('.') && !OWN_NAMES.test(host) : reachOf(host) === 'public'
  if (!isPublic) throw refused('its host is not one of the public internet')
}

/**
 * Where a text that somebody gave leads, as far as it can be said before its name is looked up. `vouched`: `host:port` that the operator answers for.
 * Error: `input.invalid`, saying why it is not used.
 */
export function checkTarget(text: string, vouched: ReadonlySet<string>): Target {
  const url = checkSpelling(text)
  const target = { url, port: portOf(url), isVouched: vouched.has(placeOf(url)) }
  checkPlace(target)
  return target
}

/** All addresses that a name leads to may be connected to. One that may not spoils the others: whoever answers for the name could give it next. */
export const mayReach = (addresses: readonly string[], { isVouched }: Pick<Target, 'isVouched'>): boolean =>
  addresses.length > 0 && addresses.every((address) => reachOf(address) === 'public' || (isVouched && reachOf(address) === 'private'))
