import type { FleetView } from '../../shared/contract/fleet.ts'
import { WindfallError } from '../../shared/errors.ts'
import { energy, usd } from './format.ts'
import { table } from './output.ts'

type FleetNode = FleetView['nodes'][number]

/** `42 s`, `7 min`, `3 h`, `2 d`. */
function ago(ms: number | null): string {
  if (ms === null) return 'not since the coordinator started'
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min ago`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`
}

function doing({ state, running, ready }: FleetNode): string {
  if (state !== 'online') return state
  return running > 0 ? 'running' : ready ? 'ready' : 'waiting'
}

/** Every machine of a fleet, a line each, and what they make together. */
export function describeFleet({ fleetId, self, nodes }: FleetView): string[] {
  const rows = nodes.map((node) => [
    `${node.nodeId.slice(0, 12)}…${node.nodeId === self ? ' (this)' : ''}`,
    node.zone ?? '',
    doing(node),
    ago(node.ageMs),
    energy(node.today.energyWh * 3_600),
    usd(node.today.microUsd),
    node.gpus.join(', ') || 'no GPU',
    node.reasons.join(', '),
  ])
  const wattHours = nodes.reduce((sum, { today }) => sum + today.energyWh, 0)
  const earned = nodes.reduce((sum, { today }) => sum + BigInt(today.microUsd), 0n)
  const online = nodes.filter(({ state }) => state === 'online').length
  return [
    ...table([['node', 'zone', 'state', 'heard', 'today', 'earned', 'gpu', 'because'], ...rows]),
    `fleet ${fleetId}: ${nodes.length} machine${nodes.length === 1 ? '' : 's'}, ${online} online; today ${energy(wattHours * 3_600)}, ${usd(earned)} (UTC day, as the coordinator knows it)`,
  ]
}

/** The machine whose id begins so. Error: `input.invalid` unless there is one and only one. */
export function pickNode({ nodes }: Pick<FleetView, 'nodes'>, beginning: string): string {
  const [node, another] = nodes.filter(({ nodeId }) => nodeId.startsWith(beginning.replace(/…$/, '')))
  if (node && !another) return node.nodeId
  throw new WindfallError(
    'input.invalid',
    `${node ? 'More than one machine has' : 'No machine of this fleet has'} an id that begins with “${beginning}”. See: windfall fleet list`,
  )
}
