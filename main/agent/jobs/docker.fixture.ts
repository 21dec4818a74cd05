import { type ServerResponse, createServer, request } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { JobLimits } from '../../../shared/contract/job.ts'
import { systemClock } from '../../kernel/clock.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import * as containers from '../migrations/0004-containers.ts'
import { createSettingsStore } from '../settings.store.ts'
import { createCheckpointStore } from './checkpoint.store.ts'
import { createCheckpoints } from './checkpoints.ts'
import { createContainerJournal } from './container-journal.store.ts'
import { GRACE_MS } from './container-spec.ts'
import { createDeafImages } from './deaf-images.ts'
import { type DockerRuntimeDeps, createDockerRuntime } from './docker-runtime.ts'
import { createDockerEngine } from './docker.ts'
import type { TestImage } from './image.fixture.ts'
import { createImageStockStore } from './image-stock.store.ts'
import { createImageStock } from './image-stock.ts'
import { type RunRequest, type RunResult, type Runtime, digestOf } from './runtime.ts'

export const MIB = 1_048_576
export const NEVER: AbortSignal = new AbortController().signal
export const engine = createDockerEngine()

const homes: string[] = []
process.once('exit', () => homes.forEach((home) => rmSync(home, { recursive: true, force: true })))

/** What an agent keeps on its disk: two with the same folder are the same agent before and after a crash. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'windfall-docker-'))
  homes.push(home)
  return home
}

/** Everything a runtime needs on this machine's engine; `change` overrides parts. */
export function dockerDeps(agentId: string, { home = newHome(), ...change }: Partial<DockerRuntimeDeps> & { readonly home?: string } = {}): DockerRuntimeDeps {
  const db = openSqlite(join(home, 'agent.sqlite'), [initial, containers])
  const clock = change.clock ?? systemClock
  const rules = { allow: ['*'], diskGB: 10, monthlyGB: null }
  const used = change.engine ?? engine
  return {
    engine,
    agentId,
    clock,
    journal: createContainerJournal(db),
    checkpoints: createCheckpoints({ directory: join(home, 'checkpoints'), store: createCheckpointStore(db), clock }),
    stock: createImageStock({ engine: used, store: createImageStockStore(db), clock, rules, needed: () => new Set() }),
    rules,
    // The registries of these tests are on this machine.
    checkRegistry: async () => undefined,
    graceMs: () => GRACE_MS,
    deaf: createDeafImages(createSettingsStore(db)),
    toolkitVersion: async () => null,
    ...change,
  }
}

export const runtimeOf = (agentId: string, change: Parameters<typeof dockerDeps>[1] = {}) => createDockerRuntime(dockerDeps(agentId, change))

/** Asks the engine behind the product's back. */
export const engineGet = (path: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    request({ socketPath: '/var/run/docker.sock', path }, (response) => resolve(json(response)))
      .on('error', reject)
      .end()
  })

const loaded = new Set<string>()

/** For `afterAll`: takes away what {@link prepareImage} brought. */
export async function removeImages(): Promise<void> {
  for (const image of loaded) await engine.removeImage(image)
}

export const prepareImage = async ({ archive, image }: TestImage, runtime: Runtime): Promise<void> => {
  await runtime.prepare(
    { runtime: { name: 'docker', image, archive: digestOf(archive), reference: null }, gpu: true, fetchArchive: async () => archive },
    () => undefined,
    NEVER,
  )
  loaded.add(image)
}

export const LIMITS: JobLimits = { wallSeconds: 60, memoryBytes: 128 * MIB, outputBytes: MIB, cpus: 1 }

export interface Attempt {
  readonly result: RunResult
  readonly lines: readonly string[]
  readonly text: string
}

let attempts = 0

/** Runs a shell script as a job; `change` overrides parts of the request. */
export async function runScript(
  runtime: Runtime,
  image: string,
  script: string,
  { signal = NEVER, ...change }: Partial<RunRequest> & { readonly signal?: AbortSignal } = {},
): Promise<Attempt> {
  attempts += 1
  const lines: string[] = []
  const request = {
    attemptId: `t-${process.pid}-${attempts}`,
    jobId: 'job-1',
    leaseId: 'lease-1',
    image,
    args: [script],
    env: {},
    limits: LIMITS,
    gpuUuids: [],
    ...change,
  }
  const result = await runtime.run(request, { onStarted: () => undefined, onLog: (line) => lines.push(line) }, signal)
  return { result, lines, text: lines.join('\n') }
}

const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType: `application/vnd.docker.${mediaType}`, size: bytes.length, digest: digestOf(bytes) })

const DRIP = 65_536

/** Sends bytes in small pieces, so slowly that a test can step in. Returns how many went out. */
function drip(response: ServerResponse, bytes: Buffer, onSent: (bytes: number) => void): void {
  let at = 0
  const timer = setInterval(() => {
    const piece = bytes.subarray(at, at + DRIP)
    at += piece.length
    onSent(piece.length)
    response.write(piece)
    if (at < bytes.length) return
    clearInterval(timer)
    response.end()
  }, 40)
  response.on('close', () => clearInterval(timer))
}

export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT/job@sha256:…` */
  readonly reference: string
  /** Bytes of layers that went out, while the registry is slow. */
  readonly sent: () => number
}

/** A registry that serves one image, on a port of its own. */
export async function serveRegistry(layer: Buffer, configuration: Buffer, { slow = false } = {}): Promise<Registry> {
  let sent = 0
  const blob = gzipSync(layer)
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: descriptor('container.image.v1+json', configuration),
      layers: [descriptor('image.rootfs.diff.tar.gzip', blob)],
    }),
  )
  const contents = new Map([manifest, configuration, blob].map((bytes) => [digestOf(bytes), bytes]))
  const server = createServer(({ url = '', method }, response) => {
    const bytes = contents.get(url.split('/').at(-1) ?? '')
    if (url !== '/v2/' && !bytes) return response.writeHead(404).end()
    response.writeHead(200, {
      'content-type': bytes === manifest ? type : 'application/octet-stream',
      'content-length': bytes?.length ?? 0,
      'docker-content-digest': bytes ? digestOf(bytes) : '',
    })
    if (slow && bytes === blob && method === 'GET') return drip(response, blob, (more) => (sent += more))
    return response.end(method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    reference: `127.0.0.1:${port}/job@${digestOf(manifest)}`,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
