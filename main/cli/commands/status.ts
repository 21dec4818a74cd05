import type { Command } from 'commander'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, parseWhen } from '../command.ts'
import { gramsOf, meteredEnergy, originOf, sol, usd } from '../format.ts'
import { agentClient } from '../instance.ts'

/** `windfall status`: what the tray and the window say, as text. */
export const statusCommand = (): Command =>
  action<CommonOptions>(createCommand('status', 'what the agent of this machine is doing, and why'), async (options, output) => {
    const status = await agentClient(dataDirectoryOf(options)).call('getStatus', {})
    output.answer(status, () => describe(status))
  })

/** `windfall pause [duration]`: nothing starts until the owner resumes, or until the time given. */
export const pauseCommand = (): Command =>
  action<CommonOptions>(
    createCommand('pause', 'stop work on this machine; survives restart').argument('[duration]', 'such as 30m or 2h; without one, until you resume'),
    async (options, output, [duration]) => {
      const until = duration === undefined ? null : toIso(parseWhen(duration, systemClock.now()))
      const status = await agentClient(dataDirectoryOf(options)).call('pause', { until })
      output.answer(status, () => describe(status))
    },
  )

/** `windfall resume`: ends a pause. */
export const resumeCommand = (): Command =>
  action<CommonOptions>(createCommand('resume', 'end a pause'), async (options, output) => {
    const status = await agentClient(dataDirectoryOf(options)).call('resume', {})
    output.answer(status, () => describe(status))
  })

function describe({ display, reasons, job, power, node, coordinator, today, earnings }: AgentStatus): string[] {
  return [
    `${display.padEnd(13)} ${node.zone}, node ${node.nodeId.slice(0, 12)}…`,
    ...reasons.map(({ message, until }) => `  because     ${message}${until ? ` Until ${until}.` : ''}`),
    ...(job ? [`job           ${job.name}: ${job.state}${job.message ? ` – ${job.message}` : ''}`] : []),
    ...(power ? [`power         ${power.method === 'estimate' ? '≈ ' : ''}${power.watts.toFixed(1)} W by ${power.method}`] : []),
    `coordinator   ${coordinator.state}${coordinator.url ? ` ${coordinator.url}` : ''}${coordinator.message ? ` – ${coordinator.message}` : ''}`,
    `today         ${usd(today.confirmedMicroUsd)} confirmed, ${meteredEnergy(today.energyJ, today.estimated ? 'estimate' : '')}, ${gramsOf(today.emissionsG)}${today.origin ? ` (${originOf({ origin: today.origin, recordedOn: today.recordedOn })} grid data)` : ''}, ${today.receipts} receipts`,
    `to be paid    ${usd(earnings.confirmedMicroUsd)}, on its way ${usd(earnings.inFlightMicroUsd)}, paid ${usd(earnings.paidMicroUsd)} (${sol(earnings.paidLamports)})`,
  ]
}
