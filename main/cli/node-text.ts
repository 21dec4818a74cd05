import type { CapabilityRecord, NodeSummary, NodeView } from '../../shared/contract/node-admin.ts'
import type { NodeFault } from '../../shared/contract/node-fault.ts'
import type { SoftSignalView } from '../../shared/contract/soft-signal.ts'
import type { EnrolmentTokenView } from '../../shared/contract/node-token.ts'
import { faultText } from '../../shared/domain/fault-words.ts'
import { table } from './output.ts'

const percent = (part: number): string => `${Math.round(part * 100)} %`
const short = (nodeId: string): string => `${nodeId.slice(0, 12)}…`
const stateOf = ({ state, presence }: Pick<NodeSummary, 'state' | 'presence'>): string => (state === 'active' ? presence : state)

/** A line for each node, for an operator. */
export const nodeTable = (nodes: readonly NodeSummary[]): string[] =>
  table([
    ['node', 'owner', 'zone', 'state', 'running', 'reputation', 'enrolled', 'gpu', 'because'],
    ...nodes.map((node) => [
      short(node.nodeId),
      node.owner ?? '',
      node.zone ?? '',
      stateOf(node),
      String(node.running),
      node.reputation.toFixed(2),
      node.enrolledAt.slice(0, 10),
      node.gpus.join(', ') || 'no GPU',
      node.reason ?? '',
    ]),
  ])

const times = (count: number): string => (Number.isInteger(count) ? String(count) : count.toFixed(1))

/** Only near its quota it says more: most nodes never come there. */
const quotaLine = ({ quota: { perDay, today, freshAt } }: NodeView): string =>
  `quota       ${today} of ${perDay} results today; one more a day for each good result, one less for each bad one, never for what its owner stops${
    today >= perDay ? `. It gets no more jobs until ${freshAt}` : ''
  }`

const signalLines = ({ signals }: NodeView): string[] =>
  signals.length === 0
    ? []
    : [
        'unlikely    about its latest proofs; they count and are paid, and its samples are asked for more often:',
        ...signals.map(({ at, message }) => `            ${at.slice(0, 16).replace('T', ' ')} ${message}`),
      ]

/** A line for each soft signal, newest first. */
export const signalTable = (signals: readonly SoftSignalView[]): string[] =>
  table([
    ['at (UTC)', 'node', 'proof', 'what', 'because'],
    ...signals.map(({ at, nodeId, proofId, kind, message }) => [at.slice(0, 16).replace('T', ' '), short(nodeId), proofId, kind, message]),
  ])

function standingLines({ reputation, standing: { jobs, good, bad, faults, quarantines } }: NodeView): string[] {
  const counted = Object.entries(faults).filter(([, count]) => count >= 0.05)
  return [
    `reputation  ${reputation.toFixed(2)} of 1: ${times(good)} in its favour, ${times(bad)} against it; what was long ago counts less, and 0.50 is a node that nothing is known of`,
    ...counted.map(([fault, count]) => `            ${faultText(fault as NodeFault, times(count))}`),
    `proven runs ${jobs}${quarantines > 0 ? `, quarantined ${quarantines === 1 ? 'once' : `${quarantines} times`}` : ''}`,
  ]
}

const ecoLine = ({ eco }: NodeView): string =>
  eco
    ? `eco score   ${eco.score.toFixed(2)} of 1: idle ${percent(eco.idle)} of the week as learned, ${percent(eco.solarShare)} of its energy from its owner’s sun`
    : 'eco score   not yet: it takes two days to learn when the machine is idle'

const attestationLine = ({ attestation }: NodeView): string =>
  attestation
    ? `key         TPM, ${attestation.verdict}: ${attestation.reason} (${attestation.at})`
    : 'key         by its own word: no evidence of where it lives'

const capabilityLines = ({ capabilities }: Pick<NodeView, 'capabilities'>): string[] =>
  capabilities
    ? [
        `machine     ${capabilities.os} ${capabilities.arch}, ${capabilities.cpu.model} (${capabilities.cpu.cores} cores), ${(capabilities.ramBytes / 2 ** 30).toFixed(1)} GiB`,
        `gpus        ${capabilities.gpus.map(({ name, vramBytes }) => `${name} (${(vramBytes / 2 ** 30).toFixed(1)} GiB)`).join(', ') || 'none'}`,
        `runs        ${capabilities.runtimes.map(({ name, version }) => `${name} ${version}`).join(', ') || 'nothing'} (agent ${capabilities.agentVersion})`,
      ]
    : []

/** All there is to say about one node, for its owner or an operator. */
export const describeNode = (node: NodeView): string[] => [
  `node        ${node.nodeId}`,
  `state       ${stateOf(node)}${node.stateSince ? ` since ${node.stateSince}` : ''}${node.running > 0 ? `, ${node.running} running` : ''}`,
  ...(node.reason ? [`because     ${node.reason}`] : []),
  ...(node.quarantinedUntil ? [`until       ${node.quarantinedUntil}, then on probation`] : []),
  `owner       ${node.owner ?? 'in no fleet'}`,
  `zone        ${node.zone ?? 'unknown'}`,
  `enrolled    ${node.enrolledAt}`,
  `paid to     ${node.payoutAddress ?? 'no address yet'}`,
  ...capabilityLines(node),
  attestationLine(node),
  ...standingLines(node),
  quotaLine(node),
  ...signalLines(node),
  ecoLine(node),
]

/** What changed from one version of a machine to the next, newest first. */
export const describeHistory = (records: readonly CapabilityRecord[]): string[] =>
  records.flatMap(({ version, recordedAt, capabilities }) => [
    `version ${version}, ${recordedAt}`,
    ...capabilityLines({ capabilities }).map((line) => `  ${line}`),
  ])

const tokenState = ({ revokedAt, uses, used, expiresAt }: EnrolmentTokenView, now: number): string => {
  if (revokedAt !== null) return 'revoked'
  if (used >= uses) return 'used up'
  return Date.parse(expiresAt) <= now ? 'expired' : 'open'
}

/** A line for each token; none of them shows the token itself. */
export const tokenTable = (tokens: readonly EnrolmentTokenView[], now: number): string[] =>
  table([
    ['token', 'state', 'used', 'owner', 'expires'],
    ...tokens.map((token) => [token.tokenId, tokenState(token, now), `${token.used} of ${token.uses}`, token.owner ?? '', token.expiresAt]),
  ])
