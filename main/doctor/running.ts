import type { AgentStatus } from '../../shared/contract/agent.ts'
import { type Check, type Finding, ok, single, skipped, warn } from './check.ts'

export const judgeState = ({ display, reasons, node }: AgentStatus): Finding =>
  ok(`${display} in ${node.zone}${reasons.length > 0 ? `: ${reasons.map(({ code }) => code).join(', ')}` : ''}`)

export const judgeDeviceKey = ({ node: { key } }: AgentStatus): Finding =>
  ok(
    `${key.alg} in ${key.keptIn}, evidence ${key.evidence}${key.sealed || key.evidence === 'tpm' ? '' : '; anyone who may read this user’s files may copy it'}`,
  )

export function judgeLink({ coordinator: { state, url, message } }: AgentStatus): Finding {
  if (state === 'connected') return ok(`connected to ${url}`)
  return warn(`${state}${url ? `: ${url}` : ''}`, message ?? 'Start the agent with --coordinator and its address.')
}

const ofStatus = (code: string, judge: (status: AgentStatus) => Finding): Check =>
  single(code, async ({ facts }) => {
    const status = await facts.status()
    return status ? judge(status) : skipped('no agent runs on this data directory')
  })

/** What a running agent says of itself. */
export const RUNNING_CHECKS: readonly Check[] = [ofStatus('agent', judgeState), ofStatus('device-key', judgeDeviceKey), ofStatus('coordinator-link', judgeLink)]
