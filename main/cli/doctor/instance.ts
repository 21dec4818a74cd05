import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { messageOf } from '../../../shared/errors.ts'
import { readInstance } from '../../kernel/instance-file.ts'
import { agentClient, coordinatorClient } from '../instance.ts'
import { type Check, type Examined, type Finding, fail, ok, skipped, warn } from '../../doctor/check.ts'
import { judgeDeviceKey, judgeLink, judgeState } from '../../doctor/running.ts'

const START = 'Start it with: windfall up'

const nothingRuns = (what: string) => [skipped(`no ${what} runs on this data directory`)]

/** An answer that does not come is worth a warning: whatever wrote the discovery file may have ended since. */
async function asked(question: () => Promise<Finding>): Promise<Finding[]> {
  try {
    return [await question()]
  } catch (error) {
    return [warn(messageOf(error), START)]
  }
}

async function status({ facts, dataDirectory }: Examined): Promise<AgentStatus> {
  return (await facts.status()) ?? agentClient(dataDirectory).call('getStatus', {})
}
const hasAgent = ({ dataDirectory }: Examined): boolean => readInstance(dataDirectory)?.agent !== undefined

/** What runs on this data directory now. */
export const INSTANCE_CHECKS: readonly Check[] = [
  {
    code: 'agent',
    look: async (machine) => (hasAgent(machine) ? asked(async () => judgeState(await status(machine))) : nothingRuns('agent')),
  },
  {
    code: 'device-key',
    look: async (machine) => (hasAgent(machine) ? asked(async () => judgeDeviceKey(await status(machine))) : nothingRuns('agent')),
  },
  {
    code: 'coordinator-link',
    look: async (machine) => (hasAgent(machine) ? asked(async () => judgeLink(await status(machine))) : nothingRuns('agent')),
  },
  {
    code: 'grid',
    look: async (machine) =>
      hasAgent(machine)
        ? asked(async () => {
            const { zone, state, signal, message } = await agentClient(machine.dataDirectory).call('getGrid', {})
            const origin = signal ? `${signal.source}, ${signal.origin}${signal.recordedOn ? ` ${signal.recordedOn}` : ''}` : 'no signal'
            return state === 'fresh' ? ok(`${zone}: ${origin}`) : warn(`${zone}: ${state} (${origin})`, message ?? 'Jobs wait until grid data is fresh again.')
          })
        : nothingRuns('agent'),
  },
  {
    code: 'books',
    look: async ({ dataDirectory }) =>
      readInstance(dataDirectory)?.coordinator
        ? asked(async () => {
            const { balanced, entries, findings } = await coordinatorClient({ dataDirectory }).call('checkLedger', {})
            return balanced
              ? ok(`the coordinator's books balance over ${entries} entries`)
              : fail(`the books do not balance: ${findings.join('; ')}`, 'Stop payouts and keep the database as it is; then report it.')
          })
        : nothingRuns('coordinator'),
  },
  {
    code: 'hot-wallet',
    look: async ({ dataDirectory }) =>
      readInstance(dataDirectory)?.coordinator
        ? asked(async () => {
            const { paused, trouble, refill, hotWallet } = await coordinatorClient({ dataDirectory }).call('getPayoutStatus', {})
            if (trouble !== null) return fail(`payouts do not go on: ${trouble}`, 'See windfall payout status.')
            if (refill.needed) return warn(refill.message, `Its address is ${hotWallet}.`)
            return paused ? warn(`payouts are paused by ${paused.by}: ${paused.reason}`, 'Let them run again with: windfall payout resume') : ok(refill.message)
          })
        : nothingRuns('coordinator'),
  },
]
