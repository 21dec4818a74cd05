import type { LogAnchor } from '../../../shared/contract/log.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { keyIdOf, weakKeyProblem } from '../../../shared/domain/keys.ts'
import { encodeBase64 } from '../../../shared/domain/encoding.ts'
import { type LogEnd, nodesOf } from '../../../shared/domain/log-end.ts'
import { rootHash } from '../../../shared/domain/merkle-log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type ChainLook, compareChain, readChain } from './chain-anchors.ts'
import { type Expectations, anchorsIn, createExpectations } from './expected.ts'
import { type Finding, NotSound, notSound } from './finding.ts'
import { type LogKey, type SignedHead, openHead, requireConsistent } from './heads.ts'
import { type Replayed, replayLog } from './replay.ts'
import type { LogSource } from './source.ts'
import { type AuditState, endOf, hashesOf } from './state.ts'

const { sha256 } = nodeVerifyPort

export interface AuditRequest {
  readonly source: LogSource
  /** Thumbprints of the keys that are trusted; whatever the coordinator publishes is, at the first audit, without them. */
  readonly pinned: readonly string[] | null
  readonly state: AuditState | null
  /** Heads that somebody else was shown, with what names them. */
  readonly seen: readonly { readonly name: string; readonly treeHead: Envelope }[]
  /** Asked for the anchors; `null`: the chain is not read. */
  readonly chain: ChainLook['chain'] | null
  readonly progress: (done: number, of: number) => void
}

export interface AuditReport {
  readonly sound: boolean
  /** The first thing that is wrong. */
  readonly finding: Finding | null
  readonly logId: string
  readonly treeSize: number
  readonly rootHash: string
  /** Leaves that the audit before had checked. */
  readonly from: number
  /** Receipts that were checked, and heads. */
  readonly receipts: number
  readonly heads: number
  /** Anchors that are shown, how many of them are final, and how many of those were found on chain in what was read of it; `null`: nobody looked. */
  readonly anchors: { readonly shown: number; readonly final: number; readonly onChain: number | null }
  /** Leaves that no final anchor covers yet. */
  readonly notAnchored: number
  /** For the next audit; `null` if the log is not sound. */
  readonly state: AuditState | null
}

interface Keys {
  readonly log: LogKey
  readonly receiptKeys: readonly string[]
}

/** What is wrong with a weak key, in place of its name. */
const thumbprint = async (jwk: PublicJwk): Promise<string> => weakKeyProblem(jwk) ?? keyIdOf(jwk, sha256)

async function requireKeys(published: Awaited<ReturnType<LogSource['keys']>>, { pinned, state }: AuditRequest): Promise<Keys> {
  const [logId, receiptKey] = [await thumbprint(published.logKey), await thumbprint(published.receiptKey)]
  if (logId !== published.logId) notSound('log-key', `The coordinator names its log ${published.logId}, and the log’s key is ${logId}.`)
  if (pinned && !pinned.includes(logId)) notSound('log-key', `The log is signed by ${logId}, which is not a key you trust.`)
  if (state && state.logId !== logId) notSound('log-key', `At the last audit the log was ${state.logId}, and now it is ${logId}: a log has one key for life.`)
  return { log: { logId, key: published.logKey }, receiptKeys: [...new Set([receiptKey, ...(pinned ?? []), ...(state?.receiptKeys ?? [])])] }
}

/** What was checked before; the head is signed, so that a state file cannot say what the log never said. */
async function openStart(state: AuditState, log: LogKey): Promise<{ readonly head: SignedHead; readonly end: LogEnd }> {
  const [head, end] = [await openHead(state.head, log, 'The head of the last audit'), endOf(state)]
  if (encodeBase64(await rootHash(sha256, nodesOf(end), end.size)) !== head.rootHash || head.treeSize !== end.size)
    throw new WindfallError('input.invalid', 'The file that the last audit left is damaged. Begin anew without it, and keep it for later comparison.')
  return { head, end }
}

/** Anchors by size; one memo for each size, and it says what it is listed for. */
async function readAnchors({ source }: AuditRequest, { logId }: LogKey, expectations: Expectations): Promise<ReadonlyMap<number, LogAnchor>> {
  const anchors = new Map<number, LogAnchor>()
  let last = 0
  for await (const anchor of source.anchors()) {
    const { treeSize, memo } = anchor
    if (treeSize <= last) notSound('anchor', `The coordinator shows two anchors for a log of ${treeSize} receipts.`)
    last = treeSize
    const [claim] = anchorsIn(memo)
    if (!claim || claim.text !== memo || claim.treeSize !== treeSize || !logId.startsWith(claim.logId))
      notSound('anchor', `The anchor of a log of ${treeSize} receipts has a memo that does not say so: ${memo}.`)
    expectations.add({ treeSize, rootHash: claim.rootHash, what: `The anchor ${memo}`, check: 'anchor' })
    anchors.set(treeSize, anchor)
  }
  return anchors
}

async function gather(request: AuditRequest, log: LogKey, expectations: Expectations): Promise<ReadonlyMap<number, LogAnchor>> {
  const expect = (head: SignedHead, what: string) => expectations.add({ ...head, what, check: 'tree-head' })
  for await (const envelope of request.source.epochHeads()) {
    const head = await openHead(envelope, log, 'A head signed at the beginning of an epoch')
    expect(head, `The head signed at ${head.at}`)
  }
  for (const { name, treeHead } of request.seen) expect(await openHead(treeHead, log, `The head in ${name}`), `The head in ${name}`)
  return readAnchors(request, log, expectations)
}

interface Audited {
  readonly target: SignedHead
  readonly replayed: Replayed
  readonly anchors: ReadonlyMap<number, LogAnchor>
  readonly onChain: number | null
}

async function auditAll(request: AuditRequest, { keys: { log, receiptKeys }, wallet, cluster }: { keys: Keys; wallet: string; cluster: string }) {
  const { source, state } = request
  const before = state ? await openStart(state, log) : null
  // Receipts that were not looked at before are looked at from the first one on.
  const start = before && (state?.withReceipts || !source.entries) ? before.end : { size: 0, nodes: new Map() }
  const expectations = createExpectations()
  const since = state?.chain?.wallet === wallet ? state.chain : null
  const look = request.chain && { chain: request.chain, cluster, wallet, logId: log.logId, since }
  const read = look && (await readChain(look))
  const anchors = await gather(request, log, expectations)
  const target = await openHead(await source.head(), log, 'The newest tree head')
  if (before) await requireConsistent(source, [before.head, target], 'The head of the last audit')
  for (const one of expectations.above(target.treeSize))
    notSound('consistency', `${one.what} is over ${one.treeSize} receipts, and the log now says that it holds ${target.treeSize}: it has shrunk.`)
  for (const one of expectations.upTo(start.size)) await requireConsistent(source, [one, target], one.what)
  const proofs = new Map(start.size > 0 ? Object.entries(state?.proofs ?? {}) : [])
  const replayed = await replayLog({ source, log, receiptKeys, expectations, proofs, progress: request.progress }, start, target)
  const anchored = look && read ? await compareChain(look, read, anchors) : null
  const next: AuditState = {
    state: 'windfall.log-audit/v1',
    logId: log.logId,
    logKey: log.key,
    receiptKeys: [...receiptKeys],
    head: target.envelope,
    treeSize: target.treeSize,
    end: hashesOf(replayed.end),
    withReceipts: source.entries !== null,
    proofs: Object.fromEntries([...proofs].map(([node, runs]) => [node, runs.map(([first, last]) => [first, last])])),
    chain: read?.until && anchored !== null ? { wallet, until: read.until, treeSize: anchored } : since,
  }
  return { audited: { target, replayed, anchors, onChain: read?.found.length ?? null } satisfies Audited, from: start.size, next }
}

function reportOf({ target, replayed, anchors, onChain }: Audited, from: number, state: AuditState): AuditReport {
  const final = [...anchors.values()].filter(({ anchor }) => anchor !== null)
  return {
    sound: true,
    finding: null,
    logId: target.logId,
    treeSize: target.treeSize,
    rootHash: target.rootHash,
    from,
    receipts: replayed.receipts,
    heads: replayed.heads,
    anchors: { shown: anchors.size, final: final.length, onChain },
    notAnchored: target.treeSize - (final.at(-1)?.treeSize ?? 0),
    state,
  }
}

const nothing = { treeSize: 0, rootHash: '', from: 0, receipts: 0, heads: 0, anchors: { shown: 0, final: 0, onChain: null }, notAnchored: 0, state: null }

/**
 * Replays a log from its leaves, and its receipts where they may be read, and compares every head, anchor and earlier audit with what it finds, as an auditor of RFC 9162 does. Stops at the first thing that is wrong. Errors: what the source and the chain throw; `input.invalid` for a damaged state.
 */
export async function auditLog(request: AuditRequest): Promise<AuditReport> {
  const published = await request.source.keys()
  try {
    const keys = await requireKeys(published, request)
    const { audited, from, next } = await auditAll(request, { keys, wallet: published.hotWallet, cluster: published.cluster })
    return reportOf(audited, from, next)
  } catch (error) {
    if (error instanceof NotSound) return { ...nothing, sound: false, finding: error.finding, logId: published.logId }
    throw error
  }
}
