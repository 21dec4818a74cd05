import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { UpdateState } from '../../../shared/contract/shell.ts'
import { ReleaseKey, type TrustedKeys } from '../../../shared/domain/release-keys.ts'
import { type Artefact, type ReleaseManifest, signRelease } from '../../../shared/domain/release-manifest.ts'
import { type FakeClock, createFakeClock } from '../../kernel/clock.fake.ts'
import { createLogger } from '../../kernel/log.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import type { Installer } from './installer.ts'
import type { Updates, UpdatesDeps } from './ports.ts'
import { createUpdates } from './updates.ts'
import type { Work, WorkState } from './work.ts'

const ADDRESS = 'https://releases.example/windfall/'
const DAY_MS = 86_400_000

/** What a test may change of a world, and look at. */
export interface UpdateWorld {
  readonly clock: FakeClock
  readonly directory: string
  /** What is served, by name. */
  readonly served: Map<string, Uint8Array>
  network: 'up' | 'down'
  work: WorkState
  /** What the agent was asked for, in order. */
  readonly asked: string[]
  power: { onBattery: boolean | null; percent: number | null }
  /** The content of every file that was installed, and whether a job ran then. */
  readonly installed: { readonly text: string; readonly running: number }[]
  /** `letGo`, `relaunch`. */
  readonly happened: string[]
  installerFails: boolean
  readonly beforeInstall: { act: (file: string) => void }
  /** Publishes a version whose file has this text. */
  readonly publish: (version: string, change?: Partial<ReleaseManifest>, text?: string) => Promise<void>
  /** The program as it starts, with what it has kept. */
  readonly start: (change?: Partial<UpdatesDeps>) => Updates
  readonly tellWork: (work: Partial<WorkState>) => void
  readonly remove: () => void
}

const artefactOf = (version: string, text: string): Artefact => ({
  name: `Windfall-${version}-linux-x64.AppImage`,
  size: Buffer.byteLength(text),
  sha512: createHash('sha512').update(text).digest('base64'),
  platform: 'linux',
  arch: 'x64',
  package: 'appimage',
})

export function createUpdateWorld(): UpdateWorld {
  const signer = createSigner(generateKeyPem())
  const keys: TrustedKeys = { index: 0, threshold: 1, keys: [ReleaseKey.parse(signer.publicJwk)], head: null }
  const directory = mkdtempSync(join(tmpdir(), 'windfall-updates-'))
  const clock = createFakeClock()
  const listeners = new Set<() => void>()
  let serial = 0
  const world: UpdateWorld = {
    clock,
    directory,
    served: new Map(),
    network: 'up',
    work: { running: 0, held: false, pausedUntil: null },
    asked: [],
    power: { onBattery: false, percent: null },
    installed: [],
    happened: [],
    installerFails: false,
    beforeInstall: { act: () => undefined },
    async publish(version, change = {}, text = `Windfall ${version}`) {
      const artefact = artefactOf(version, text)
      const now = clock.now()
      const time = { issued: new Date(now).toISOString(), expires: new Date(now + 30 * DAY_MS).toISOString() }
      const manifest: ReleaseManifest = {
        v: 1,
        channel: 'stable',
        serial: ++serial,
        version,
        minimumVersion: null,
        ...time,
        staged: 100,
        artefacts: [artefact],
        ...change,
      }
      world.served.set('stable.json', Buffer.from(JSON.stringify(await signRelease(manifest, [], [signer]))))
      world.served.set(artefact.name, Buffer.from(text))
    },
    start: (change = {}) =>
      createUpdates({
        program: { version: '1.0.0', isPackaged: true, platform: 'linux', arch: 'x64', package: 'appimage' },
        directory,
        root: { address: ADDRESS, channel: 'stable', keys },
        work: fakeWork(world, listeners),
        power: () => world.power,
        letGo: async () => void world.happened.push('letGo'),
        relaunch: () => void world.happened.push('relaunch'),
        openInstaller: async () => fakeInstaller(world),
        clock,
        log: createLogger('updates', 'silent'),
        fetch: fakeFetch(world),
        random: () => 0.5,
        ...change,
      }),
    tellWork: (work) => {
      world.work = { ...world.work, ...work }
      for (const changed of listeners) changed()
    },
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 5 }),
  }
  return world
}

const fakeFetch =
  (world: UpdateWorld): NonNullable<UpdatesDeps['fetch']> =>
  async (url) => {
    if (world.network === 'down') throw new TypeError('fetch failed')
    const body = url.startsWith(ADDRESS) ? world.served.get(url.slice(ADDRESS.length)) : undefined
    return body ? new Response(new Uint8Array(body)) : new Response(null, { status: 404 })
  }

const fakeWork = (world: UpdateWorld, listeners: Set<() => void>): Work => ({
  read: async () => world.work,
  finish: async () => {
    world.asked.push('finish')
    world.tellWork({ held: true, pausedUntil: null })
  },
  giveBack: async (until) => {
    world.asked.push(until === null ? 'resume' : `pause until ${until}`)
    world.tellWork({ held: false, pausedUntil: until })
  },
  subscribe: (changed) => {
    listeners.add(changed)
    return () => listeners.delete(changed)
  },
})

/** The last step: notes what it would have installed, read in the moment in which it is told to. */
function fakeInstaller(world: UpdateWorld): Installer {
  let file = ''
  return {
    place: async () => join(await mkdtemp(join(world.directory, 'place-')), 'file'),
    prepare: async (given) => {
      file = given
      world.beforeInstall.act(given)
    },
    install: (onFailed) => {
      if (world.installerFails) return onFailed(new Error('no room'))
      world.installed.push({ text: readFileSync(file, 'utf8'), running: world.work.running })
    },
    clear: async () => undefined,
  }
}

/** Resolves once the state is one of these. */
export async function until(updates: Updates, ...states: readonly UpdateState['state'][]): Promise<UpdateState> {
  const there = Promise.withResolvers<void>()
  const look = () => states.includes(updates.state().state) && there.resolve()
  const end = updates.subscribe(look)
  look()
  await there.promise
  end()
  return updates.state()
}

/** An update that is ready. */
export async function made(world: UpdateWorld, updates = world.start()): Promise<Updates> {
  await updates.check()
  expect(await until(updates, 'ready', 'failed')).toMatchObject({ state: 'ready' })
  return updates
}
/** Until `held` says so. */
export const when = (held: () => boolean) => expect.poll(held, { interval: 2 }).toBe(true)

/** The files of updates that lie there. */
export const files = (world: UpdateWorld): readonly string[] => readdirSync(world.directory).filter((name) => name.includes('.update'))
