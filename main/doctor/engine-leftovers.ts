import { z } from 'zod'
import { AGENT_LABEL } from '../agent/jobs/container-spec.ts'
import { LOOK_LABEL } from '../agent/jobs/inside-image.ts'
import { type Check, type Finding, ok, warn } from './check.ts'
import { type EngineAddress, getFromEngine } from './engine-http.ts'
import { ofEngine } from './engine-place.ts'

const Labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {})
const Containers = z.array(z.object({ Names: z.array(z.string()).nullish(), Labels }))
const Volumes = z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels })).nullish() })
const Images = z.array(z.object({ Id: z.string(), Created: z.number() }))

export interface OurObject {
  readonly kind: 'container' | 'volume' | 'image'
  readonly name: string
  /** When its job had to be over, epoch ms; `null` if it does not say. */
  readonly deadline: number | null
}

/** Past its deadline nobody comes back for it: an agent that is alive ends a job itself. */
const GRACE_MS = 10 * 60_000
const COMMAND = { container: 'docker rm -f', volume: 'docker volume rm', image: 'docker rmi' } as const
const ORDER = ['container', 'volume', 'image'] as const

/** What a crashed Windfall left on the engine. Only names of ours are put into a command. */
export function judgeLeftovers(objects: readonly OurObject[], now: number): Finding {
  const left = objects.filter(({ deadline }) => deadline !== null && now - deadline > GRACE_MS)
  const busy = objects.length - left.length
  if (left.length === 0) return ok(busy === 0 ? 'nothing of ours is on the engine' : `${busy} objects of jobs that run, none left over`)
  const commands = ORDER.flatMap((kind) => {
    const names = left.filter((object) => object.kind === kind && /^(?:windfall-[\w.-]{1,100}|sha256:[0-9a-f]{64})$/.test(object.name)).map(({ name }) => name)
    return names.length > 0 ? [`${COMMAND[kind]} ${names.join(' ')}`] : []
  })
  return warn(
    `${left.length} objects that a crashed Windfall left: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
    `Start the agent, which removes its own, or: ${commands.join(' && ')}`,
  )
}

const deadlineOf = (labels: Readonly<Record<string, string>>): number | null => {
  const at = Date.parse(labels['dev.windfall.deadline'] ?? '')
  return Number.isNaN(at) ? null : at
}

const filtered = (path: string, label: string): string => {
  const mark = path.includes('?') ? '&' : '?'
  return `${path}${mark}filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`
}

/** Everything on the engine that carries our label. Rejects as {@link getFromEngine}. */
export async function listOurs(address: EngineAddress, signal: AbortSignal): Promise<OurObject[]> {
  const [containers, volumes, images] = await Promise.all(
    [filtered('/containers/json?all=true', AGENT_LABEL), filtered('/volumes', AGENT_LABEL), filtered('/images/json', LOOK_LABEL)].map((path) =>
      getFromEngine(address, path, signal),
    ),
  )
  return [
    ...Containers.parse(containers).map(({ Names, Labels: labels }) => ({
      kind: 'container' as const,
      name: (Names?.[0] ?? '').replace(/^\//, ''),
      deadline: deadlineOf(labels),
    })),
    ...(Volumes.parse(volumes).Volumes ?? []).map(({ Name, Labels: labels }) => ({ kind: 'volume' as const, name: Name, deadline: deadlineOf(labels) })),
    // An image of a look is made for one minute, so the time of its making is as good as a deadline.
    ...Images.parse(images).map(({ Id, Created }) => ({ kind: 'image' as const, name: Id, deadline: Created * 1_000 })),
  ]
}

/** Needs the clock, which a finding about the engine alone does not. */
export const LEFTOVER_CHECKS: readonly Check[] = [
  {
    code: 'docker-leftovers',
    look: (machine, signal) =>
      ofEngine('docker-leftovers', async ({ candidate }) => judgeLeftovers(await listOurs(candidate.address, signal), machine.clock.now())).look(
        machine,
        signal,
      ),
  },
]
