import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { WebSocket } from 'ws'
import { AGENT_SOCKET } from '../../shared/contract/agent-socket.ts'
import { messageOf } from '../../shared/errors.ts'
import { clientCertificate } from '../kernel/client-certificate.ts'
import { type Check, type Finding, fail, ok, single, warn } from './check.ts'
import { ofCoordinator, withoutSecrets } from './network.ts'

const DAY_MS = 86_400_000
const SOON_DAYS = 14
const LIMIT_MS = 10_000

export interface Certificate {
  readonly protocol: string
  readonly issuer: string
  /** Epoch ms. */
  readonly validTo: number
  /** Why this machine does not trust it; `null` if it does. */
  readonly distrust: string | null
}

export function judgeCertificate({ protocol, issuer, validTo, distrust }: Certificate, now: number): Finding {
  const days = Math.floor((validTo - now) / DAY_MS)
  const evidence = `${protocol}, certificate by ${issuer}, ${days < 0 ? 'expired' : `valid for ${days} days`}`
  if (distrust !== null)
    return fail(
      `${evidence}; not trusted: ${distrust}`,
      'If a company proxy or a private authority is in between, give its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem. Else tell who runs the coordinator.',
    )
  return days < SOON_DAYS ? warn(evidence, 'Tell who runs the coordinator to renew it in time.') : ok(evidence)
}

/** On this very machine nobody listens in between. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.')

export const judgePlain = (host: string): Finding =>
  isLoopback(host)
    ? ok('plain HTTP, within this machine')
    : warn(`plain HTTP to ${host}: whoever is in between reads jobs and results`, 'Use an https:// address of the coordinator.')

function readCertificate({ hostname, port }: URL, signal: AbortSignal): Promise<Certificate> {
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    // An untrusted certificate is a finding of its own, so the greeting goes on and nothing else is sent.
    const socket = connect(
      { host, port: Number(port || 443), ...(isIP(host) ? {} : { servername: host }), rejectUnauthorized: false, timeout: LIMIT_MS, ...clientCertificate() },
      () => {
        const { issuer, valid_to: validTo } = socket.getPeerCertificate()
        const distrust = socket.authorized ? null : String(socket.authorizationError)
        const names = [issuer?.O, issuer?.CN].flat().filter((name) => name !== undefined)
        resolve({ protocol: socket.getProtocol() ?? 'TLS', issuer: names[0]?.slice(0, 80) ?? 'nobody', validTo: Date.parse(validTo), distrust })
        socket.destroy()
      },
    )
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error(`no answer within ${LIMIT_MS / 1_000} s`)))
    signal.addEventListener('abort', () => socket.destroy(new Error('interrupted')), { once: true })
  })
}

async function tls(url: string, now: number, signal: AbortSignal): Promise<Finding> {
  const parsed = new URL(url)
  if (parsed.protocol === 'http:') return judgePlain(parsed.hostname)
  try {
    return judgeCertificate(await readCertificate(parsed, signal), now)
  } catch (error) {
    return warn(`no direct TLS connection (${messageOf(error)})`, 'That is usual behind a proxy. If coordinator-reach is ok, nothing is wrong.')
  }
}

/** Resolves with `null` once the connection stands, else with what went wrong. */
function openWebSocket(url: string, signal: AbortSignal): Promise<string | null> {
  const agent = url.startsWith('https:') ? { agent: https.globalAgent, ...clientCertificate() } : { agent: http.globalAgent }
  const socket = new WebSocket(new URL('/v1/agents/socket', url.replace(/^http/, 'ws')), [AGENT_SOCKET], agent)
  return new Promise((resolve) => {
    const end = (problem: string | null) => {
      resolve(problem)
      socket.close()
    }
    socket.addEventListener('open', () => end(null))
    socket.addEventListener('error', () => end('the connection cannot be made a WebSocket'))
    for (const stop of [signal, AbortSignal.timeout(LIMIT_MS)])
      stop.addEventListener('abort', () => end(`no answer within ${LIMIT_MS / 1_000} s`), { once: true })
  })
}

export const judgeWebSocket = (problem: string | null): Finding =>
  problem === null
    ? ok('jobs are pushed the moment they are there')
    : warn(problem, 'Works without: the agent asks by HTTP now and then. To have jobs pushed, let proxy and firewall pass WebSocket (HTTP Upgrade).')

const HEEDED = ['HTTPS_PROXY', 'HTTP_PROXY']

/** Which proxies the environment names, without their passwords. */
export function judgeProxy(environment: Readonly<Record<string, string | undefined>>): Finding {
  const valueOf = (name: string) => environment[name] ?? environment[name.toLowerCase()]
  const named = (names: readonly string[]) => names.flatMap((name) => (valueOf(name) ? [`${name}=${withoutSecrets(valueOf(name) ?? '')}`] : []))
  const broken = HEEDED.filter((name) => valueOf(name) && !/^https?:\/\/[^/]/.test(valueOf(name) ?? ''))
  if (broken.length > 0)
    return fail(`${named(broken).join(', ')} is no address of a proxy`, 'Set it to an address such as http://proxy.example:3128, or unset it.')
  const used = named([...HEEDED, 'NO_PROXY'])
  if (HEEDED.some(valueOf)) return ok(`everything goes through it: ${used.join(', ')}`)
  if (valueOf('ALL_PROXY'))
    return warn(`${named(['ALL_PROXY']).join('')} is not heeded`, 'If the internet is reached only through it, set HTTPS_PROXY as well.')
  return ok('no proxy in the environment')
}

export const NETWORK_PATH_CHECKS: readonly Check[] = [
  ofCoordinator('coordinator-tls', (url, { clock }, signal) => tls(url, clock.now(), signal)),
  ofCoordinator('coordinator-websocket', async (url, _, signal) => judgeWebSocket(await openWebSocket(url, signal))),
  single('proxy', ({ environment }) => judgeProxy(environment)),
]
