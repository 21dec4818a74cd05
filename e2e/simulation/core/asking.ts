/** A node asks whichever coordinator answers. */
import { toIso } from '../../../shared/units.ts'
import type { Asking } from './agent-parts.ts'
import type { Answer } from './asked.ts'
import { type Call, answer } from './calls.ts'
import type { World } from './world.ts'

const PATIENCE_MS = 10_000
const unreachable = (): Answer => ({ is: 'refused', code: 'unavailable', date: 0 })

/** `then` hears one answer, or that there was none. A request whose time is doubted is made once more by the time that the answer names. */
export function ask(world: World, caller: Asking, call: Call, then: (answer: Answer) => void, isAgain = false): void {
  const { machine } = caller
  const up = world.replicas.filter((replica) => replica.machine.isUp())
  const replica = up.length > 0 ? world.random(`line ${machine.name}`).pick(up) : undefined
  let isAnswered = false
  const hear = (given: Answer): void => {
    if (isAnswered) return
    isAnswered = true
    if (given.is === 'refused' && given.code === 'auth.refused' && !isAgain && caller.time().doubted(toIso(given.date))) ask(world, caller, call, then, true)
    else then(given)
  }
  machine.after(PATIENCE_MS, () => hear(unreachable()))
  if (!replica) return
  const [created, begun] = [caller.time().now(), machine.starts()]
  const reply = (given: Answer): void => world.network.send(replica.machine.name, machine, () => machine.starts() === begun && hear(given))
  world.network.send(machine.name, replica.machine, () => answer({ world, replica, caller: { nodeId: caller.nodeId, created, reply } }, call))
}
