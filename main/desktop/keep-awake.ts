import type { PowerSaveBlocker } from 'electron'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { ShellState } from '../../shared/contract/shell.ts'

export interface AwakeFacts {
  readonly status: AgentStatus | null
  readonly keepsAwake: ShellState['keepsAwake']
  readonly onBattery: boolean
}

/** May the machine not fall asleep by itself now? Only for a job that runs, and only as its owner allows. */
export function staysAwake({ status, keepsAwake, onBattery }: AwakeFacts): boolean {
  if (status === null || status.running.length === 0 || status.policy !== 'running') return false
  return keepsAwake === 'always' || (keepsAwake === 'on-mains' && !onBattery)
}

/** Holds the machine awake, or lets it sleep. The screen may go dark in any case. */
export function createKeepAwake(blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>): (awake: boolean) => void {
  let held: number | null = null
  return (awake) => {
    if (awake === (held !== null)) return
    if (held !== null) blocker.stop(held)
    held = awake ? blocker.start('prevent-app-suspension') : null
  }
}
