import type { Signal } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { GridOracle } from './grid/oracle.ts'
import type { PlanJob } from './jobs/ports.ts'
import { planJob } from './planner/plan.ts'

/** Plans with what the grid looks like in every zone that has a node. A zone without a signal takes no jobs. */
export const createPlanning =
  (oracle: Pick<GridOracle, 'signal'>, signal: AbortSignal): PlanJob =>
  async ({ nodes, ...request }) => {
    const zones = [...new Set(nodes.map(({ capabilities }) => capabilities.zone))]
    const found = await Promise.all(zones.map(async (zone): Promise<[string, Signal][]> => [...(await signalOf(oracle, zone, signal))]))
    const candidates = nodes.map((node) => ({ ...node, utilisation: node.busy ? 1 : 0, priceMinorPerKWh: null }))
    return planJob({ ...request, nodes: candidates, signals: new Map(found.flat()) })
  }

async function signalOf(oracle: Pick<GridOracle, 'signal'>, zone: string, signal: AbortSignal): Promise<[string, Signal][]> {
  try {
    return [[zone, await oracle.signal(zone, signal)]]
  } catch (error) {
    if (error instanceof WindfallError) return []
    throw error
  }
}
