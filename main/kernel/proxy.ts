import http from 'node:http'

type Environment = Readonly<Record<string, string | undefined>>

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
/** What runs on this machine is never reached through a proxy, whatever `NO_PROXY` says. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '::1']

/** Whether a host name, as it stands in an address, is this machine. */
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host) || host.startsWith('127.')

/**
 * Sends everything this process asks of the network, `fetch` and the global agents alike, through the proxies that the environment
 * names in `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Returns what undoes it. Without a proxy nothing changes.
 */
export function honourProxies(environment: Environment): () => void {
  if (!PROXIES.some((name) => environment[name])) return () => undefined
  const spared = [environment['NO_PROXY'] ?? environment['no_proxy'] ?? '', ...LOOPBACK].filter((host) => host !== '').join(',')
  const named = Object.fromEntries(PROXIES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])))
  return http.setGlobalProxyFromEnv({ ...named, NO_PROXY: spared, no_proxy: spared })
}
