import type { Command } from 'commander'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { type RulesView, changedRules } from '../../../shared/contract/owner-rules.ts'
import { messageOf, toProblem } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { listenToAgent } from '../agent-events.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { agentAddress, agentClient } from '../instance.ts'
import type { Output } from '../output.ts'
import { overruledLines } from '../rules.ts'
import { stopOnSignals } from '../running.ts'
import { describeStatus } from '../status-text.ts'
import { type WatchPorts, watchStatus } from '../status-watch.ts'

/** Cursor to the top left, and nothing below. */
const CLEAR = '\u001B[H\u001B[2J'

const isScreen = (): boolean => process.stdout.isTTY && process.env['TERM'] !== 'dumb'
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

/** A screen is drawn anew, and follows the power too; a pipe or a log gets a block for each change, a program one JSON object. */
function shownOn({ json, answer, progress }: Output): Pick<WatchPorts<Shown>, 'isNews' | 'show' | 'lost'> {
  const screen = isScreen() && !json
  const show = (shown: Shown) =>
    answer(jsonOf(shown), () => [`${screen ? CLEAR : ''}${linesOf(shown).join('\n')}`, ...(screen ? ['', 'Ctrl-C ends this.'] : [''])])
  return {
    isNews: (name, payload) => (screen && name === 'power') || tellsStatus(name, payload),
    show,
    lost: (error) => (json ? answer({ error: toProblem(error) }, () => []) : progress(`${messageOf(error)} Waiting for it…`)),
  }
}

async function watch(directory: string, output: Output): Promise<void> {
  using stop = stopOnSignals(() => undefined)
  const status = () => look(directory)
  // Whoever watches a machine on which nothing runs has mistyped something.
  await status()
  const listen: WatchPorts<Shown>['listen'] = async (ears, signal) => {
    try {
      await listenToAgent(agentAddress(directory), ears, signal)
    } catch {
      // The file that tells the address is gone with the agent.
    }
  }
  await watchStatus({ clock: systemClock, status, listen, ...shownOn(output) }, stop.signal)
}

/** `windfall status`: what the tray and the window say, as text. */
export const statusCommand = (): Command =>
  action<CommonOptions & { watch?: boolean }>(
    createCommand('status', 'what the agent of this machine is doing, and why').option('--watch', 'go on showing it as it changes, until Ctrl-C'),
    async (options, output) => {
      const directory = dataDirectoryOf(options)
      if (options.watch) return watch(directory, output)
      const shown = await look(directory)
      output.answer(jsonOf(shown), () => linesOf(shown))
    },
  )
