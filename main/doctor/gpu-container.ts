import { readdirSync } from 'node:fs'
import { createDockerEngine } from '../agent/jobs/docker.ts'
import { seeGpuInside, type Seen } from '../agent/jobs/gpu-inside.ts'
import { judgeToolkit, readToolkitVersion } from '../agent/jobs/gpu-toolkit.ts'
import type { DeviceIdentity } from '../agent/power-source.ts'
import { type Check, type Examined, type Finding, fail, ok, skipped, warn } from './check.ts'
import type { EngineFigures } from './engine-look.ts'
import { DOCTOR_ID } from './sandbox.ts'

const TOOLKIT = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html'

/** The gate for GPU jobs: what the toolkit lets an image do on this machine. */
export function judgeToolkitHere(version: string | null, isDesktop: boolean): Finding {
  const evidence = `NVIDIA Container Toolkit ${version ?? 'not found'}`
  switch (judgeToolkit(version)) {
    case 'refused':
      return fail(evidence, `An image can break out of its container with it (CVE-2025-23266), so no GPU job runs. Update it to 1.17.8 or newer: ${TOOLKIT}`)
    case 'old':
      return warn(evidence, `Works. Update it to 1.20 or newer, for what was repaired since: ${TOOLKIT}`)
    case 'unknown':
      return isDesktop
        ? ok('Docker Desktop brings its own NVIDIA toolkit, whose version it does not tell')
        : warn(evidence, `Without it no container gets the GPU: ${TOOLKIT}`)
    case 'current':
      return ok(evidence)
  }
}

/** `specs`: the files that describe GPUs to container engines (Container Device Interface). */
export function judgeCdi(specs: readonly string[], { info, isDesktop }: EngineFigures): Finding {
  const runtime = Object.hasOwn(info.Runtimes ?? {}, 'nvidia')
  const enabled = info.CDISpecDirs.length > 0
  const evidence = `CDI ${enabled ? `on (${info.CDISpecDirs.join(', ')})` : 'off'}, ${specs.length === 0 ? 'no specification' : specs.join(', ')}; nvidia runtime ${runtime ? 'there' : 'missing'}`
  if (enabled && specs.length > 0) return ok(evidence)
  if (runtime || isDesktop) return ok(`${evidence}; the GPU is handed over by the runtime`)
  if (specs.length > 0) return warn(evidence, 'Put "features": {"cdi": true} into /etc/docker/daemon.json, then: sudo systemctl restart docker')
  return warn(evidence, 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker')
}

/** Names of the specifications of a vendor's GPUs in these folders. */
export const cdiSpecs = (folders: readonly string[]): string[] =>
  folders.flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((name) => /nvidia.*\.(?:ya?ml|json)$/.test(name))
        .map((name) => `${folder}/${name}`)
    } catch {
      return []
    }
  })

export const judgeSeen = (name: string, seen: Seen): Finding =>
  seen.seen
    ? ok(`${name}: ${seen.evidence}`)
    : warn(
        `${name}: ${seen.reason}`,
        `Until a container sees it, it is not offered for container jobs. Check that this works: docker run --rm --gpus all ubuntu nvidia-smi; setup: ${TOOLKIT}`,
      )

const CDI_FOLDERS = ['/etc/cdi', '/var/run/cdi']

/** The NVIDIA cards on this machine; those of others are not lent to containers. */
async function cardsOf({ facts }: Examined): Promise<DeviceIdentity[]> {
  return (await facts.hardware()).sources.map(({ device }) => device).filter(({ kind, containerIds }) => kind === 'gpu' && containerIds.length > 0)
}

/** Asked only where there is a GPU to hand over and an engine to hand it to. */
const withCards =
  (look: (engine: EngineFigures, cards: readonly DeviceIdentity[], signal: AbortSignal) => Promise<readonly Finding[]>) =>
  async (machine: Examined, signal: AbortSignal): Promise<readonly Finding[]> => {
    const cards = await cardsOf(machine)
    if (cards.length === 0) return [skipped('no NVIDIA GPU is on this machine that a container could be given')]
    const { found } = await machine.facts.engine()
    return found ? look(found, cards, signal) : [skipped('no container engine answers')]
  }

async function seeEach(machine: Examined, cards: readonly DeviceIdentity[], signal: AbortSignal): Promise<Finding[]> {
  const version = await readToolkitVersion(signal)
  if (judgeToolkit(version) === 'refused')
    return [fail(`not tried: NVIDIA Container Toolkit ${version} is not safe`, `Update it to 1.17.8 or newer: ${TOOLKIT}`)]
  const deps = { engine: createDockerEngine(), clock: machine.clock, agentId: DOCTOR_ID }
  const findings: Finding[] = []
  for (const { name, containerIds } of cards) findings.push(judgeSeen(name, await seeGpuInside(deps, containerIds, signal)))
  return findings
}

/** Whether a container job gets the GPU, proven from the inside. */
export const GPU_CONTAINER_CHECKS: readonly Check[] = [
  { code: 'container-toolkit', look: withCards(async (engine, _, signal) => [judgeToolkitHere(await readToolkitVersion(signal), engine.isDesktop)]) },
  { code: 'gpu-cdi', look: withCards(async (engine) => [judgeCdi(cdiSpecs([...new Set([...CDI_FOLDERS, ...engine.info.CDISpecDirs])]), engine)]) },
  { code: 'gpu-in-container', limitMs: 50_000, look: (machine, signal) => withCards((_, cards, stop) => seeEach(machine, cards, stop))(machine, signal) },
]
