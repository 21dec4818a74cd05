/** Whose signature counts: the keys that somebody names, or that were pinned when a coordinator was met. */
import { readFileSync } from 'node:fs'
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { parse } from '../../shared/contract/define.ts'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { keyIdOf } from '../../shared/domain/keys.ts'
import { readPinnedKeys } from '../../shared/domain/pinned-keys.ts'
import { WindfallError } from '../../shared/errors.ts'
import { nodeVerifyPort } from '../kernel/verify-port.ts'
import { type CommonOptions, dataDirectoryOf, namedCoordinator } from './command.ts'
import { type Fetch, fetchJson } from './commands/receipt-fetch.ts'
import { pinsOf } from './key-pins.ts'

export interface NamedKeys {
  /** File with the coordinator's public JWK, or with what its `/v1/keys` answers. Goes before `coordinatorUrl`. */
  readonly key?: string | undefined
  /** Coordinator whose published keys are trusted. */
  readonly coordinatorUrl?: string | undefined
  /** Thumbprints that are trusted, where neither of those is given. */
  readonly pins?: readonly string[] | undefined
  readonly fetch?: Fetch | undefined
}

const PublishedKeys = coordinatorContract.keys.output.pick({ receiptKey: true, logKey: true })

function readKeyFile(file: string): readonly PublicJwk[] {
  const problem = `${file} does not hold a public key. Expected a JWK of type OKP/Ed25519 or EC/P-256, such as the receiptKey that a coordinator shows at /v1/keys.`
  try {
    const keys = readPinnedKeys(readFileSync(file, 'utf8'))
    if (keys) return keys
  } catch (error) {
    throw new WindfallError('input.invalid', problem, { cause: error })
  }
  throw new WindfallError('input.invalid', problem)
}

async function fetchKeys(coordinatorUrl: string, fetch: Fetch): Promise<readonly PublicJwk[]> {
  const answer = await fetchJson(fetch, { url: `${coordinatorUrl.replace(/\/+$/, '')}/v1/keys`, code: 'unavailable' })
  const { receiptKey, logKey } = parse(PublishedKeys.loose(), answer, `list of keys of ${coordinatorUrl}`)
  return [receiptKey, logKey]
}

/** Thumbprints of the keys that a file or a coordinator names; `pins` if neither is given. Errors: `input.invalid`, `unavailable`. */
export async function pinnedKeys({ key, coordinatorUrl, pins, fetch = globalThis.fetch }: NamedKeys): Promise<readonly string[] | undefined> {
  if (key === undefined && coordinatorUrl === undefined) return pins
  const keys = key === undefined ? await fetchKeys(coordinatorUrl ?? '', fetch) : readKeyFile(key)
  return Promise.all(keys.map((jwk) => keyIdOf(jwk, nodeVerifyPort.sha256)))
}

export interface TrustOptions extends CommonOptions {
  readonly pin?: string
}

/** Those of the coordinator that is named, if it was met: whatever it publishes now, and whoever else was. */
export const pinsOfNamed = (options: CommonOptions): readonly string[] | undefined =>
  options.coordinator === undefined ? undefined : pinsOf(dataDirectoryOf(options), namedCoordinator(options) ?? options.coordinator)?.keys

/** The keys of `--pin`, or else of `--coordinator`: as they were when it was met, or as it publishes them. `undefined` if neither is given. */
export function keysNamedBy(options: TrustOptions): Promise<readonly string[] | undefined> {
  const pins = options.pin === undefined ? pinsOfNamed(options) : undefined
  return pinnedKeys({ key: options.pin, coordinatorUrl: pins ? undefined : options.coordinator, pins })
}
