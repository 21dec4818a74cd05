import type { Command } from 'commander'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { type RulesView, changedRules } from '../../../shared/contract/owner-rules.ts'
import { listenToAgent } from '../agent-events.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentAddress, agentClient } from '../instance.ts'
import { overruledLines } from '../rules.ts'
import { describeStatus } from '../status-text.ts'
import type { WatchPorts } from '../status-watch.ts'
import { type WatchOption, screenHere, showOrWatch, watchOption } from '../watch.ts'

const tellsStatus = (name: string, payload: unknown): boolean =>
  name === 'changed' && Array.isArray((payload as { what?: unknown }).what) && (payload as { what: unknown[] }).what.includes('status')

/** What the agent does, and by which rules. */
interface Shown {
  readonly status: AgentStatus
  readonly rules: RulesView
}

async function look(directory: string): Promise<Shown> {
  const client = agentClient(directory)
  const [status, rules] = await Promise.all([client.call('getStatus', {}), client.call('getRules', {})])
  return { status, rules }
}

const linesOf = ({ status, rules }: Shown): string[] => [...describeStatus(status), ...overruledLines(rules)]
const jsonOf = ({ status, rules }: Shown) => ({ ...status, rules: { setBy: rules.setBy, changed: changedRules(rules) } })

const listenAt =
  (directory: string): WatchPorts<Shown>['listen'] =>
  async (ears, signal) => {
    try {
      await listenToAgent(agentAddress(directory), ears, signal)
    } catch {
      // The file that tells the address is gone with the agent.
    }
  }

/** `windfall status`: what the tray and the window say, as text. */
export const statusCommand = (): Command =>
  action<CommonOptions & WatchOption>(watchOption(createCommand('status', 'what the agent of this machine is doing, and why')), (options, output) => {
    const directory = dataDirectoryOf(options)
    // A screen follows the power, too; a pipe or a log has no use for a block every second.
    const isNews = (name: string, payload: unknown) => (name === 'power' && screenHere(output) !== null) || tellsStatus(name, payload)
    return showOrWatch({ look: () => look(directory), json: jsonOf, lines: linesOf, news: { listen: listenAt(directory), isNews } }, options, output)
  })
