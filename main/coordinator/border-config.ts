import { z } from 'zod'
import { given } from './given.ts'
import { Limits } from './http/limits.ts'

const File = given(z.string().min(1).max(4_096).nullable().default(null))
/** As it stands in the Host header: a name or an address, and a port unless it is the usual one. */
const HostName = z
  .string()
  .regex(/^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/, 'a name is host or host:port, such as windfall.example or 10.0.0.5:7465')

/** What an operator may set of the border. */
export const borderSettings = {
  /** Behind how many proxies of one's own the coordinator is: callers are then told apart by what the outermost of those wrote into `X-Forwarded-For`. */
  trustProxy: z.boolean().or(z.stringbool()).or(z.coerce.number().int().min(0).max(9)).default(false),
  /** What agents call this coordinator beside `publicUrl`; as text, separated by commas. With either of them, what nodes sign for another address is refused. */
  names: z.preprocess(
    (text) => (typeof text === 'string' ? text.split(',').flatMap((name) => name.trim() || []) : text),
    z.array(HostName).max(20).default([]),
  ),
  /** Certificate, with those above it, and its key, in PEM; without them plain HTTP, which belongs behind a proxy with TLS. Changed files are taken over. */
  tlsCertificateFile: File,
  tlsKeyFile: File,
  /** Certificates of the authorities of a closed fleet: who connects has to show one by them. */
  tlsClientCaFile: File,
  /** Who has to: nodes, or everybody. */
  tlsClients: given(z.enum(['nodes', 'all']).default('nodes')),
  limits: Limits,
}

export const borderVariables = {
  trustProxy: 'WINDFALL_COORDINATOR_TRUST_PROXY',
  names: 'WINDFALL_COORDINATOR_NAMES',
  tlsCertificateFile: 'WINDFALL_TLS_CERTIFICATE_FILE',
  tlsKeyFile: 'WINDFALL_TLS_KEY_FILE',
  tlsClientCaFile: 'WINDFALL_TLS_CLIENT_CA_FILE',
  tlsClients: 'WINDFALL_TLS_CLIENTS',
} as const
