import type { Exclusion } from '../../../shared/contract/plan.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { isTrialJob, missesReputation } from '../../../shared/domain/node-standing.ts'
import { placesFor } from '../../../shared/domain/places.ts'
import { costMicroUsd, lastingExclusion, placesOn } from './feasibility.ts'
import type { PlannerNode } from './input.ts'
import type { Market } from './markets.ts'
import { knownMean } from './over-runs.ts'
import type { Host } from './host.ts'

export interface Out {
  readonly nodeId: string
  readonly zone: string
  readonly reason: Exclusion
}

/** A node that can take a job, and how many of its places may be taken while it begins: more, and too few of the GPUs it needs may be left. */
export interface Candidate {
  readonly host: Host
  readonly market: Market
  readonly room: number
}

/** Who can take a job at some hour, and why all others cannot at any. */
export interface Eligible {
  /** In the order of their ids, so that it decides between equals. */
  readonly byMarket: ReadonlyMap<Market, readonly Candidate[]>
  readonly candidates: readonly Candidate[]
  readonly out: readonly Out[]
  /** The highest price that is known of any, minor unit per kWh, and 0 if none is. */
  readonly dearest: number
}

/** Jobs alike in this are alike in who can take them. */
export const kindOf = (spec: JobSpec): string =>
  JSON.stringify([
    spec.zones,
    spec.runtime.name,
    spec.needs.gpus,
    spec.needs.vramBytes,
    spec.needs.ramBytes,
    spec.needs.minReputation ?? 0,
    isTrialJob(spec),
    isUnderpaid(spec),
  ])

/** True if the limit is below what the expected run time costs: nobody would be paid the rate that was offered. */
export const isUnderpaid = ({ price, expected }: JobSpec): boolean => costMicroUsd(price.microUsdPerHour, expected.seconds) > BigInt(price.maxMicroUsd)

const isAway = ({ online, ready, availability }: PlannerNode): Exclusion | null => {
  if (!online) return 'offline'
  return ready || availability !== null ? null : 'paused'
}

/** Direct and life-cycle figures cannot be compared, so one basis is used: direct wherever a candidate has it. */
function comparable(candidates: readonly Candidate[]): (candidate: Candidate) => boolean {
  const basis = candidates.some(({ market }) => market.outlook.basis === 'direct') ? 'direct' : 'lifecycle'
  return ({ market }) => market.outlook.basis === basis
}

/** The same without these nodes, for this reason. */
export function avoiding(eligible: Eligible, nodeIds: readonly string[], reason: Exclusion): Eligible {
  const avoided = new Set(nodeIds)
  const isAvoided = ({ host }: Candidate): boolean => avoided.has(host.node.nodeId)
  if (!eligible.candidates.some(isAvoided)) return eligible
  const candidates = eligible.candidates.filter((candidate) => !isAvoided(candidate))
  const given = eligible.candidates.filter(isAvoided).map(({ host: { node } }): Out => ({ nodeId: node.nodeId, zone: node.capabilities.zone, reason }))
  return { ...eligible, candidates, byMarket: Map.groupBy(candidates, ({ market }) => market), out: [...eligible.out, ...given] }
}

/** Nobody but this node. */
export function onlyOn(eligible: Eligible, nodeId: string): Eligible {
  const candidates = eligible.candidates.filter(({ host }) => host.node.nodeId === nodeId)
  return { ...eligible, candidates, byMarket: Map.groupBy(candidates, ({ market }) => market) }
}

const usualPrice = ({ ownerPrice, price }: Market): number => ownerPrice ?? (price && knownMean(price, [{ from: -Infinity, to: Infinity }])?.value) ?? 0

/** Nodes in the order of the input, each either a candidate or out. What lasts is named before what passes. */
export function eligibleFor(spec: JobSpec, nodes: readonly PlannerNode[], hostOf: (nodeId: string, needs: JobSpec['needs']) => Host | null): Eligible {
  const out: Out[] = []
  const exclude = ({ nodeId, capabilities }: PlannerNode, reason: Exclusion) => out.push({ nodeId, zone: capabilities.zone, reason })
  const underpaid: Exclusion | null = isUnderpaid(spec) ? 'price' : null
  const found: Candidate[] = []
  for (const node of nodes) {
    const host = hostOf(node.nodeId, spec.needs)
    const unproven: Exclusion | null = missesReputation(node.standing, spec) ? 'reputation' : null
    const reason = lastingExclusion(node.capabilities, spec) ?? underpaid ?? unproven ?? (node.standing?.atQuota ? 'quota' : null) ?? isAway(node)
    if (reason) exclude(node, reason)
    else if (!host?.market) exclude(node, 'no-signal')
    else found.push({ host, market: host.market, room: placesOn(node.capabilities, spec) - placesFor(spec.needs) })
  }
  const isComparable = comparable(found)
  const candidates = found.filter(isComparable)
  for (const candidate of found) if (!isComparable(candidate)) exclude(candidate.host.node, 'no-signal')
  const byId = candidates.toSorted((a, b) => (a.host.node.nodeId < b.host.node.nodeId ? -1 : 1))
  const byMarket = Map.groupBy(byId, ({ market }) => market)
  return { byMarket, candidates, out, dearest: Math.max(0, ...[...byMarket.keys()].map(usualPrice)) }
}
