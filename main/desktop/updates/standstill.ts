/** Having the agent stand still for an update, knowing that it does, and letting it go on. */
import { messageOf } from '../../../shared/errors.ts'
import type { Power, UpdatesDeps } from './ports.ts'
import type { World } from './world.ts'

/** Below it a machine on battery is not restarted into an update. */
const LEAST_BATTERY_PERCENT = 30

const isLow = ({ onBattery, percent }: Power): boolean => onBattery === true && percent !== null && percent < LEAST_BATTERY_PERCENT

/** What the agent is asked to give up is written down first, so that it has it back even if this program dies. */
export async function finish(world: World): Promise<void> {
  if (!world.memory.get().holding) world.memory.set({ holding: { pausedUntil: world.machine.work?.pausedUntil ?? null } })
  await world.work.finish().catch((error: unknown) => world.log.warn({ reason: messageOf(error) }, 'the agent was not asked to finish'))
  await refresh(world)
}

/** Gives the agent what it was asked to give up for an update, if it was. */
export async function giveBack(world: World): Promise<void> {
  const { holding } = world.memory.get()
  if (!holding) return
  const until = holding.pausedUntil !== null && Date.parse(holding.pausedUntil) > world.clock.now() ? holding.pausedUntil : null
  try {
    await world.work.giveBack(until)
    world.memory.set({ holding: null })
  } catch (error) {
    world.log.warn({ reason: messageOf(error) }, 'the agent still pauses for an update')
  }
}

/** Asks anew how the jobs and the battery are. Whoever asks meanwhile waits for a look that begins after they asked. */
export async function refresh(world: World): Promise<void> {
  await world.refreshing
  world.refreshing ??= (async () => {
    const [work, low] = await Promise.all([world.work.read().catch(() => null), powerIsLow(world)])
    world.refreshing = null
    world.send({ on: 'power', low })
    world.send({ on: 'work', work })
  })()
  await world.refreshing
}

/** Where nobody can tell, the battery is in nobody's way. */
const powerIsLow = async ({ power }: UpdatesDeps): Promise<boolean> => {
  try {
    return isLow(await power())
  } catch {
    return false
  }
}
