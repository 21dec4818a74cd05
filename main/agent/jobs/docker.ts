import { statfs } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import type { ContainerEngine } from './container-engine.ts'
import { containerFacts, createDemux, engineFacts, engineFolder, engineObjects, imageFacts } from './engine-answers.ts'
import { callEngine, unlessAbsent, unlessInUse, unlessStopped } from './engine-call.ts'
import { readCdiDevices } from './engine-cdi.ts'
import { type EngineAddress, createEngineFinder } from './engine-address.ts'
import { followOperation } from './engine-operation.ts'

const PROBE_MS = 5_000
const DOWNLOAD_MS = 60_000
const IMAGE_MS = 30 * 60_000

type Connect = () => Docker

/**
 * Docker, or Podman, by Docker's Engine API. Without `socketPath` it goes where `DOCKER_HOST` points, else to the first socket or pipe
 * of an engine on this machine; one that is found is kept, because containers are not on another.
 * @see https://docs.docker.com/reference/api/engine/
 */
export function createDockerEngine({ socketPath }: { readonly socketPath?: string } = {}): ContainerEngine {
  const find = socketPath === undefined ? createEngineFinder() : (): EngineAddress => ({ socketPath })
  const clients = new Map<string, Docker>()
  const docker = (): Docker => {
    const address = find()
    const key = address?.socketPath ?? ''
    const client = clients.get(key) ?? (address === null ? new Docker() : new Docker(address))
    clients.set(key, client)
    return client
  }
  return { ...imageCalls(docker), ...objectCalls(docker), ...runCalls(docker), ...logCalls(docker) }
}

function imageCalls(docker: Connect) {
  const describe = async () => {
    const info: unknown = await docker().info()
    const { cdiFolders, ...facts } = engineFacts(info)
    return facts.cdiDevices.length > 0 ? facts : { ...facts, cdiDevices: await readCdiDevices(cdiFolders) }
  }
  // Asked for often while a job runs, and it does not move.
  let folder: string | undefined
  return {
    describe: (signal) => callEngine({ action: 'describe itself', limitMs: PROBE_MS, signal }, describe),
    freeBytes: async () => {
      folder ??= await callEngine({ action: 'describe itself', limitMs: PROBE_MS }, async () => engineFolder(await docker().info()))
      const disk = await statfs(folder).catch(() => null)
      return disk && disk.bavail * disk.bsize
    },
    inspectImage: (reference, signal) =>
      unlessAbsent(
        callEngine({ action: 'inspect the image', signal }, async (abortSignal) =>
          imageFacts(
            await docker()
              .getImage(reference)
              .inspect({ abortSignal } as Docker.ImageInspectOptions),
          ),
        ),
      ),
    loadImage: (archive, signal) =>
      callEngine({ action: 'load the image', limitMs: IMAGE_MS, signal }, async (abortSignal) =>
        followOperation((await docker().loadImage(archive, { quiet: true, abortSignal })) as Readable, () => undefined),
      ),
    pullImage: (reference, onProgress, signal) =>
      callEngine({ action: 'pull the image', limitMs: IMAGE_MS, signal }, async (abortSignal) =>
        followOperation((await docker().pull(reference, { abortSignal })) as Readable, onProgress),
      ),
    removeImage: (reference) =>
      unlessInUse(callEngine({ action: 'remove the image' }, async (abortSignal) => void (await docker().getImage(reference).remove({ abortSignal })))),
  } satisfies Partial<ContainerEngine>
}

function objectCalls(docker: Connect) {
  return {
    createVolume: (name, labels) =>
      callEngine({ action: 'create a volume' }, async (abortSignal) => void (await docker().createVolume({ Name: name, Labels: labels, abortSignal }))),
    createContainer: (name, spec) =>
      callEngine({ action: 'create a container' }, async (abortSignal) => {
        // Without this pair dockerode writes the whole specification into the URL as well.
        const options = { _query: { name }, _body: spec, abortSignal } as Docker.ContainerCreateOptions
        return (await docker().createContainer(options)).id
      }),
    list: (label, signal) =>
      callEngine({ action: 'list its containers', signal }, async (abortSignal) => {
        const filters = { label: [label] }
        return engineObjects(await docker().listContainers({ all: true, filters, abortSignal }), await docker().listVolumes({ filters, abortSignal }))
      }),
    remove: async ({ kind, id }) =>
      void (await unlessAbsent(
        callEngine({ action: `remove the ${kind}` }, async (abortSignal) => {
          if (kind === 'container') await docker().getContainer(id).remove({ force: true, v: true, abortSignal })
          else await docker().getVolume(id).remove({ abortSignal })
        }),
      )),
  } satisfies Partial<ContainerEngine>
}

function runCalls(docker: Connect) {
  const container = (id: string) => docker().getContainer(id)
  const kill = (id: string, signal: string) =>
    callEngine({ action: 'stop the container' }, async (abortSignal) => void (await container(id).kill({ signal, abortSignal })))
  return {
    upload: (id, archive, path) =>
      callEngine({ action: 'take the job folder' }, async (abortSignal) => void (await container(id).putArchive(archive, { path, abortSignal }))),
    download: (id, path, signal) =>
      unlessAbsent(
        callEngine(
          { action: 'hand out the job folder', limitMs: DOWNLOAD_MS, signal },
          async (abortSignal) => (await container(id).getArchive({ path, abortSignal })) as Readable,
        ),
      ),
    start: (id) => callEngine({ action: 'start the container' }, async (abortSignal) => void (await container(id).start({ abortSignal }))),
    waitForExit: (id, signal) =>
      callEngine({ action: 'wait for the container', limitMs: Number.POSITIVE_INFINITY, signal }, async (abortSignal) => {
        const answer = (await container(id).wait({ abortSignal })) as { readonly StatusCode: number }
        return answer.StatusCode
      }),
    ranOutOfMemory: (id) =>
      callEngine({ action: 'inspect the container' }, async (abortSignal) => (await container(id).inspect({ abortSignal })).State.OOMKilled),
    inspectContainer: (name, signal) =>
      unlessAbsent(
        callEngine({ action: 'inspect the container', signal }, async (abortSignal) => containerFacts(await container(name).inspect({ abortSignal }))),
      ),
    terminate: (id) => unlessStopped(kill(id, 'SIGTERM')),
    kill: (id) => unlessStopped(kill(id, 'SIGKILL')),
    setCpus: (id, cpus) =>
      callEngine(
        { action: 'change the share of the processor' },
        async (abortSignal) => void (await container(id).update({ NanoCpus: Math.round(cpus * 1e9), abortSignal })),
      ),
    freeze: (id) => unlessStopped(callEngine({ action: 'pause the container' }, async (abortSignal) => void (await container(id).pause({ abortSignal })))),
    thaw: (id) => unlessStopped(callEngine({ action: 'let the container go on' }, async (abortSignal) => void (await container(id).unpause({ abortSignal })))),
  } satisfies Partial<ContainerEngine>
}

function logCalls(docker: Connect) {
  return {
    followLogs: ({ id, from }, onBytes, signal) =>
      callEngine({ action: 'show the log', limitMs: Number.POSITIVE_INFINITY, signal }, async (abortSignal) => {
        const tail = from === 'now' ? { tail: 0 } : {}
        const stream = (await docker()
          .getContainer(id)
          .logs({ follow: true, stdout: true, stderr: true, ...tail, abortSignal })) as unknown as Readable
        const demux = createDemux(onBytes)
        for await (const chunk of stream) demux(chunk as Uint8Array)
      }),
    lastLogs: (id, tail, onBytes) =>
      callEngine({ action: 'show the log' }, async (abortSignal) =>
        createDemux(onBytes)(await docker().getContainer(id).logs({ follow: false, stdout: true, stderr: true, tail, abortSignal })),
      ),
  } satisfies Partial<ContainerEngine>
}
