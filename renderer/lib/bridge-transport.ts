import type { Bridge } from '../../shared/contract/bridge.ts'
import { fromProblem } from '../../shared/errors.ts'
import { createCell } from './cell.ts'
import type { WindowClock } from './clock.ts'
import type { LinkState, WindowTransport } from './link.ts'

/**
 * The transport inside Electron. The process behind the bridge is always there, but the agent may run in another one, and then
 * come and go: the answer to the last call tells whether it was reached.
 */
export function createBridgeTransport(bridge: Bridge, clock: Pick<WindowClock, 'now'>): WindowTransport {
  const link = createCell<LinkState>({ state: 'open' })
  const reached = (isReached: boolean) => {
    if (isReached === (link.get().state === 'open')) return
    link.set(isReached ? { state: 'open' } : { state: 'lost', since: clock.now() })
  }
  return {
    async invoke(name, input) {
      const answer = await bridge.invoke(name, input)
      reached(answer.ok || answer.problem.code !== 'instance.missing')
      if (answer.ok) return answer.value
      throw fromProblem(answer.problem.status, answer.problem)
    },
    subscribe: (name, listener) => bridge.subscribe(name, listener),
    link: { get: link.get, subscribe: link.subscribe, retry: () => void bridge.invoke('getStatus', {}).then(({ ok }) => ok && reached(true)) },
  }
}
