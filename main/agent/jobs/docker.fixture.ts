import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { JobLimits } from '../../../shared/contract/job.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createDockerRuntime } from './docker-runtime.ts'
import { createDockerEngine } from './docker.ts'
import type { TestImage } from './image.fixture.ts'
import { type RunRequest, type RunResult, type Runtime, digestOf } from './runtime.ts'

export const MIB = 1_048_576
export const NEVER: AbortSignal = new AbortController().signal
export const engine = createDockerEngine()
export const runtimeOf = (agentId: string): Runtime => createDockerRuntime({ engine, agentId, clock: systemClock })

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
    { runtime: { name: 'docker', image, archive: digestOf(archive), reference: null }, fetchArchive: async () => archive },
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

/** A registry that serves one image under `127.0.0.1:PORT/job`, on a port of its own. */
export async function serveRegistry(layer: Buffer, configuration: Buffer): Promise<AsyncDisposable & { readonly reference: string }> {
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
    return response.end(method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { reference: `127.0.0.1:${port}/job@${digestOf(manifest)}`, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}
