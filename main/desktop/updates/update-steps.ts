import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { distrust, judgeRelease, shareOf } from '../../../shared/domain/judge-release.ts'
import { type SignedRelease, openRelease } from '../../../shared/domain/release-manifest.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { FetchLike } from '../../kernel/http-exchange.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { download } from './download.ts'
import type { UpdateFailure } from './failures.ts'
import { fetchRelease } from './fetch-release.ts'
import { type UpdateMemory, trustedKeys } from './memory.ts'
import type { Updatable } from './program.ts'
import type { Offer } from './update-machine.ts'

export interface StepsDeps {
  readonly program: Updatable
  readonly directory: string
  readonly memory: UpdateMemory
  readonly fetch: FetchLike
  readonly clock: Clock
  readonly freeBytes?: ((directory: string) => Promise<number>) | undefined
}

/** What a look at the release server came to. */
type Looked = { readonly found: 'nothing' } | { readonly found: 'offer'; readonly offer: Offer } | { readonly failed: UpdateFailure }

/** Everything that takes time on the way to an update, up to a verified file. */
export interface Steps {
  /** Asks for the signed manifest and judges it; what was seen is remembered before anything follows from it. Never rejects. */
  readonly look: (signal: AbortSignal) => Promise<Looked>
  /** Has the offered file here and verified; `null`, or why not. Never rejects. */
  readonly fetchFile: (offer: Offer, onPercent: (percent: number) => void, signal: AbortSignal) => Promise<UpdateFailure | null>
  /** Where the file of an offer is once it has been fetched. */
  readonly fileOf: (offer: Offer) => string
  /** Removes all files but those of this offer. */
  readonly clean: (but: Offer | null) => Promise<void>
}

const SUFFIX = '.update'
const nameOf = ({ artefact }: Offer): string => `${Buffer.from(artefact.sha512, 'base64').toString('hex').slice(0, 32)}${SUFFIX}`
const freeBytesIn = async (directory: string): Promise<number> => {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

export function createSteps(deps: StepsDeps): Steps {
  const { program, directory, fetch, clock } = deps
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const freeBytes = () => (deps.freeBytes ?? freeBytesIn)(directory)
  const fileOf = (offer: Offer) => join(directory, nameOf(offer))
  return {
    fileOf,
    look: async (signal) => {
      const bytes = await fetchRelease(new URL(`${program.channel}.json`, program.address), { fetch, clock, signal })
      if (!(bytes instanceof Uint8Array)) return { failed: bytes }
      const release = await openRelease(bytes, trustedKeys(program.keys, deps.memory.get().keys), nodeVerifyPort)
      return 'unusable' in release ? { failed: { why: 'unusable', detail: release.detail } } : judge(release, deps)
    },
    fetchFile: (offer, onPercent, signal) => {
      const wanted = { url: new URL(offer.artefact.name, program.address), artefact: offer.artefact, file: fileOf(offer) }
      return download(wanted, { fetch, clock, signal, freeBytes, onPercent })
    },
    clean: async (but) => {
      const kept = but ? [nameOf(but), `${nameOf(but)}.part`] : []
      const old = readdirSync(directory).filter((name) => name.includes(SUFFIX) && !kept.includes(name))
      await Promise.all(old.map((name) => rm(join(directory, name), { recursive: true, force: true })))
    },
  }
}

function judge(release: SignedRelease, { program, memory, clock }: StepsDeps): Looked {
  const { channel, keys } = program
  const now = clock.now()
  const seen = memory.seen(channel)
  const distrusted = distrust(release, { now, channel, seen })
  if (distrusted) return { failed: distrusted }
  const { serial, issued, version } = release.manifest
  memory.set({
    seen: { ...memory.get().seen, [channel]: { serial, issued, sha256: release.sha256 } },
    keys: release.keys.index > keys.index ? release.keys : null,
    checkedAt: new Date(now).toISOString(),
  })
  const share = shareOf(createHash('sha256').update(`${memory.get().installId} ${version}`).digest())
  const judged = judgeRelease(release, { ...program, now, channel, seen, share })
  if ('why' in judged) return { failed: judged }
  return judged.verdict === 'current' ? { found: 'nothing' } : { found: 'offer', offer: { version, artefact: judged.artefact } }
}
