import { hash } from 'node:crypto'
import { WindfallError, messageOf, toProblem } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { createRecent } from '../kernel/recent.ts'
import type { CoordinatorEvents } from './events.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { type Door, createDoor } from './intake/door.ts'
import type { Entry, Inbox, InboxDepth } from './intake/inbox.ts'
import { createInboxWriter } from './intake/inbox-writer.ts'
import { createRush } from './intake/rush.ts'
import { type Settler, createSettler } from './intake/settler.ts'
import { type OpenedItem, openBatch, reopenBatch } from './proofs/batch.ts'
import type { RunInput } from './proofs/give-back.ts'
import { type BatchInput, type HandedIn, packHandedIn, readHandedIn } from './proofs/handed-in.ts'
import { type ProofSigner, type Refusal, isRefusal, verifiedBody } from './proofs/open-proof.ts'
import { claimedBy, openSubmission } from './proofs/submission.ts'
import type { ProofInput } from './proofs/submit.ts'
import { type Settled, type SettlingDeps, type Taken, settleTaken } from './settling.ts'

/** The key of a node is looked up again after this long, and whenever something does not fit it. */
const KEY_MS = 15_000
const MOST_KEYS = 20_000
/** More messages than this on their way to the disk are a lot, and so are more than this in a second: to settle as many would keep those waiting who send. */
const CROWD = 16
const RUSH_PER_S = 500

export interface IntakingDeps extends SettlingDeps {
  readonly inbox: Inbox
  readonly clock: Clock
  /** The key that signs for a node now. */
  readonly signerOf: (nodeId: string) => Promise<ProofSigner | null>
  /** Whether this process takes over what another one took in and did not get to. */
  readonly mayAdopt: () => boolean
  readonly events: SettlingDeps['events'] & Pick<CoordinatorEvents, 'proofPostponed' | 'proofKept'>
}

export interface Intaking extends Calls {
  readonly door: Door
  /** What waits to be settled, and how many messages went into the newest commit. */
  readonly load: () => InboxDepth & { readonly underway: number; readonly lastBatch: number }
  readonly run: Run
}

/**
 * What nodes hand in, on its way: its signature is checked in the thread pool, it is kept, and only then settled or, for one who does not wait for that,
 * answered. A crash anywhere behind the door loses nothing that was answered.
 */
export function createIntaking(deps: IntakingDeps): Intaking {
  const { inbox, clock } = deps
  const writer = createInboxWriter(inbox)
  const door = createDoor(writer.depth)
  const rush = createRush(clock, RUSH_PER_S)
  let underway = 0
  const settler = createSettler<Settled>({
    inbox,
    writer,
    clock,
    settle: (entry, isAwaited, rest) => settleTaken(deps, takenOf(entry), { isAwaited, rest }),
    isVerdict: isRefusal,
    mayAdopt: deps.mayAdopt,
    isBusy: () => underway > CROWD || rush.isOn(),
    onPostponed: deps.events.proofPostponed,
  })
  const arrive = async (arriving: Promise<Opened>): Promise<Arrived> => {
    const since = clock.monotonic()
    underway += 1
    rush.arrived()
    try {
      const { nodeId, body, signed } = await arriving
      const message = { nodeId, digest: hash('sha256', body, 'base64url'), body, at: clock.now() }
      const seq = await writer.append(message)
      deps.events.proofKept(nodeId, clock.monotonic() - since)
      return { ...message, seq, signed }
    } finally {
      underway -= 1
    }
  }
  return {
    ...createCalls(deps, { settler, arrive, open: createOpening(deps) }),
    door,
    load: () => ({ ...writer.depth(), underway: door.underway(), lastBatch: writer.lastBatch() }),
    run: settler.run,
  }
}

/** What was handed in by whom, in the form in which it is kept, and what was signed of it as in {@link Taken}. */
interface Opened extends Pick<Entry, 'nodeId' | 'body'> {
  readonly signed: Uint8Array | null
}

/** A message that is settled while this process still knows that its signature holds. */
interface Arrived extends Entry, Opened {}

const takenOf = (entry: Entry | Arrived): Taken => ({
  nodeId: entry.nodeId,
  handedIn: readHandedIn(entry.body),
  body: 'signed' in entry ? entry.signed : null,
})

interface Opening {
  /** What was signed, if it was with the key that the node had a moment ago. */
  readonly one: (nodeId: string, envelope: ProofInput['envelope']) => Promise<Uint8Array | null>
  /** What the present key of the node says of what does not open so. Errors: those of a proof that cannot be opened. */
  readonly again: (nodeId: string, input: Pick<ProofInput, 'leaseId' | 'token' | 'envelope'>) => Promise<void>
  readonly batch: (nodeId: string, input: BatchInput) => Promise<readonly OpenedItem[]>
}

/** Opens what arrives with the key that was known a moment ago, which is right nearly always; what does not open is looked at with the present one. */
function createOpening({ proofs, clock, signerOf }: IntakingDeps): Opening {
  const signers = createRecent<{ readonly signer: ProofSigner; readonly at: number }>(MOST_KEYS)
  const present = async (nodeId: string): Promise<ProofSigner> => {
    const signer = await signerOf(nodeId)
    if (!signer) throw new WindfallError('auth.refused', 'This node is not enrolled.')
    signers.set(nodeId, { signer, at: clock.monotonic() })
    return signer
  }
  const remembered = (nodeId: string): ProofSigner | null => {
    const known = signers.get(nodeId)
    return known && clock.monotonic() - known.at < KEY_MS ? known.signer : null
  }
  return {
    one(nodeId, envelope) {
      const known = remembered(nodeId)
      return known ? verifiedBody(envelope, known) : present(nodeId).then((signer) => verifiedBody(envelope, signer))
    },
    async again(nodeId, input) {
      signers.delete(nodeId)
      // Says why it does not count, to the node's owner as well, unless the node has another key by now.
      await openSubmission(proofs, nodeId, { ...input, left: { kind: 'checkpoint' } })
    },
    async batch(nodeId, input) {
      const first = await openBatch(input, remembered(nodeId) ?? (await present(nodeId)))
      const opened: readonly OpenedItem[] | Refusal = 'code' in first ? await openBatch(input, await present(nodeId)) : first
      if ('code' in opened) throw new WindfallError(opened.code, opened.message)
      return opened
    },
  }
}

interface Calling {
  readonly settler: Settler<Settled>
  /** Keeps what has been opened. */
  readonly arrive: (opened: Promise<Opened>) => Promise<Entry>
  readonly open: Opening
}

interface Calls {
  readonly proofs: Pick<CoordinatorParts['proofs'], 'submit' | 'giveBack' | 'submitAll'>
  /** Resolves as soon as what was handed in is durable. */
  readonly keep: (nodeId: string, handedIn: HandedIn) => Promise<void>
}

function createCalls(deps: IntakingDeps, { settler, arrive, open }: Calling): Calls {
  const { one, again, batch } = open
  // Packed before its signature is checked, so that nothing else of it is held meanwhile: that is most of what a message takes while it is under way.
  const opened = (nodeId: string, handedIn: HandedIn): Promise<Opened> => {
    const body = packHandedIn(handedIn)
    const opening =
      handedIn.kind === 'batch'
        ? batch(nodeId, handedIn.input).then(() => null)
        : one(nodeId, handedIn.input.envelope).then((signed) => signed ?? anew(nodeId, body))
    return opening.then((signed) => ({ nodeId, body, signed }), logged(deps, nodeId))
  }
  const anew = async (nodeId: string, body: Uint8Array): Promise<null> => {
    const handedIn = readHandedIn(body)
    if (handedIn.kind !== 'batch') await again(nodeId, handedIn.input)
    return null
  }
  /** The verdict is of the kind that was handed in. */
  const verdict = async <S extends Settled>(nodeId: string, handedIn: HandedIn): Promise<S> =>
    (await settler.verdict(await arrive(opened(nodeId, handedIn)))) as S
  const keep = (nodeId: string, handedIn: HandedIn): Promise<void> => arrive(opened(nodeId, handedIn)).then(settler.take)
  return {
    keep,
    proofs: {
      async submit(nodeId, input, isAsync = false) {
        if (!isAsync) return verdict(nodeId, { kind: 'proof', input })
        await keep(nodeId, { kind: 'proof', input })
        return { ...claimedBy(input), receiptId: null }
      },
      giveBack: (nodeId, input: RunInput) => verdict(nodeId, { kind: 'given-back', input }),
      async submitAll(nodeId, input, isAsync = false) {
        if (!isAsync) return verdict(nodeId, { kind: 'batch', input })
        await keep(nodeId, { kind: 'batch', input })
        return { verdicts: reopenBatch(input).map(({ item }) => ({ state: 'waiting', ...claimedBy(item) })) }
      },
    },
  }
}

/** What is refused before it is taken in is logged here, and everything else where it is settled. */
const logged =
  ({ events, hint }: Pick<IntakingDeps, 'events' | 'hint'>, nodeId: string) =>
  async (error: unknown): Promise<never> => {
    events.proofRefused(nodeId, toProblem(error).code, messageOf(error))
    await hint()
    throw error
  }
