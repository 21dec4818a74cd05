import type { Bridge } from '../../shared/contract/bridge.ts'
import { fromProblem } from '../../shared/errors.ts'
import type { LinkState, WindowTransport } from './link.ts'

const OPEN: LinkState = { state: 'open' }

/** The transport inside Electron. The agent lives in the process behind the bridge, so this link cannot be lost. */
export function createBridgeTransport(bridge: Bridge): WindowTransport {
  return {
    async invoke(name, input) {
      const answer = await bridge.invoke(name, input)
      if (answer.ok) return answer.value
      throw fromProblem(answer.problem.status, answer.problem)
    },
    subscribe: (name, listener) => bridge.subscribe(name, listener),
    link: { get: () => OPEN, subscribe: () => () => {}, retry: () => {} },
  }
}
