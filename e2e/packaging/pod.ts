/** What a kubelet does with the pod of a chart, by the local engine: volumes with the owners and modes they get, init containers, environment, limits, probes, end. */
import { expect } from 'vitest'
import { until } from '../support/windfall.ts'
import { asRootAt, docker } from './engine.ts'

interface Mount {
  readonly name: string
  readonly mountPath: string
  readonly readOnly?: boolean
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string; readonly scheme: string }
}
interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly volumeMounts: readonly Mount[]
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean
    readonly readOnlyRootFilesystem: boolean
    readonly capabilities: { readonly drop: readonly string[] }
  }
}
interface Main extends Container {
  readonly startupProbe: Probe
  readonly readinessProbe: Probe
}
export interface PodSpec {
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number; readonly fsGroup: number }
  readonly initContainers?: readonly Container[]
  readonly containers: readonly [Main]
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[]
}

export interface Pod {
  /** Where a service would send requests. */
  readonly address: string
  readonly exec: (...command: string[]) => Promise<string>
  readonly isReady: () => Promise<boolean>
  /** As a kubelet ends it; the exit code. */
  readonly end: () => Promise<number>
  /** A new container over the same volumes. */
  readonly startAgain: () => Promise<Pod>
}

export interface Cluster extends AsyncDisposable {
  readonly start: (spec: PodSpec) => Promise<Pod>
}

/** Volumes and secrets outlive pods. `secrets`: by name, their files. */
export function createCluster(name: string, secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): Cluster {
  const made = { containers: new Set<string>(), volumes: new Set<string>() }

  /** Root owns a volume, and the pod's group may write to it; what is in a Secret everybody may read. */
  const volume = async (spec: PodSpec, wanted: string): Promise<string> => {
    const id = `${name}-${wanted}`
    if (made.volumes.has(id)) return id
    await docker('volume', 'create', id)
    made.volumes.add(id)
    const files = secrets[spec.volumes.find((one) => one.name === wanted)?.secret?.secretName ?? ''] ?? {}
    const write = Object.entries(files).map(([file, text]) => `fs.writeFileSync('/at/${file}', ${JSON.stringify(text)}, { mode: 0o644 });`)
    await asRootAt(id, `${write.join('')}fs.chownSync('/at', 0, ${spec.securityContext.fsGroup}); fs.chmodSync('/at', 0o2775)`)
    return id
  }

  const argumentsOf = async (
    spec: PodSpec,
    { image, command = [], args = [], env = [], volumeMounts, securityContext: locked }: Container,
  ): Promise<string[]> => {
    const { runAsUser, runAsGroup, fsGroup } = spec.securityContext
    const mounts = await Promise.all(
      volumeMounts.map(async ({ name: wanted, mountPath, readOnly }) => `${await volume(spec, wanted)}:${mountPath}:nocopy${readOnly ? ',ro' : ''}`),
    )
    const [entry, ...rest] = command
    return [
      '--user',
      `${runAsUser}:${runAsGroup}`,
      '--group-add',
      String(fsGroup),
      ...(locked.readOnlyRootFilesystem ? ['--read-only'] : []),
      ...(locked.allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
      ...locked.capabilities.drop.flatMap((capability) => ['--cap-drop', capability]),
      ...env.flatMap(({ name: variable, value }) => ['--env', `${variable}=${value}`]),
      ...mounts.flatMap((mount) => ['--volume', mount]),
      ...(entry === undefined ? [] : ['--entrypoint', entry]),
      image,
      ...rest,
      ...args,
    ]
  }

  const launch = async (spec: PodSpec): Promise<Pod> => {
    const [main] = spec.containers
    const id = await docker('run', '--detach', ...(await argumentsOf(spec, main)))
    made.containers.add(id)
    const ip = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', id)
    const at = (port: string): string => `${ip}:${main.ports?.find((one) => one.name === port)?.containerPort}`
    const passes = async ({ httpGet: { scheme, port, path } }: Probe): Promise<boolean> =>
      (await fetch(`${scheme.toLowerCase()}://${at(port)}${path}`).catch(() => null))?.status === 200
    await until(() => passes(main.startupProbe), Boolean, { what: 'the startup probe to pass' })
    return {
      address: at('http'),
      exec: (...command) => docker('exec', id, ...command),
      isReady: () => passes(main.readinessProbe),
      end: async () => {
        await docker('stop', '--time', String(spec.terminationGracePeriodSeconds), id)
        return Number(await docker('inspect', '--format', '{{.State.ExitCode}}', id))
      },
      startAgain: () => launch(spec),
    }
  }

  return {
    start: async (spec) => {
      for (const one of spec.initContainers ?? []) await docker('run', '--rm', '--network', 'none', ...(await argumentsOf(spec, one)))
      return launch(spec)
    },
    async [Symbol.asyncDispose]() {
      for (const id of made.containers) await docker('rm', '--force', '--volumes', id)
      for (const id of made.volumes) await docker('volume', 'rm', id)
      expect(await docker('volume', 'ls', '--quiet', '--filter', `name=${name}`)).toBe('')
    },
  }
}
