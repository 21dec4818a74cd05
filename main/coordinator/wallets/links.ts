import type { InputOf } from '../../../shared/contract/define.ts'
import type { OpenedLink, WalletLink, walletCalls } from '../../../shared/contract/wallet.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { countersignText, signInParts } from '../../../shared/domain/wallet-link.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { keyIdOf } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { LINK_TTL_MS, type Link, type Verify, answerProblem, chainIdOf, codeOf, linkIdOf, pageOf, signInOf, spokenCode, stateAt } from './link.ts'
import { createLinksStore } from './links.store.ts'

export interface WalletLinksDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly random: (bytes: number) => Uint8Array
  readonly verify: Verify
  /** Name of the cluster that is paid on. */
  readonly cluster: string
  /** Where wallets reach this coordinator, `https://host[:port]`. Error: `config.invalid` if nobody has said. */
  readonly origin: () => string
  /** The key a node signs with now, and where it is paid. Error: `not-found`. */
  readonly node: (db: Db | Tx, nodeId: string) => Promise<{ readonly publicJwk: PublicJwk; readonly payoutAddress: string | null }>
  /** Error: `input.invalid` for an address that cannot be paid. */
  readonly checkPayable: (address: string) => Promise<void>
  readonly payTo: (tx: Tx, request: { readonly nodeId: string; readonly address: string }) => Promise<void>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

/** Attempts to link a wallet: begun by a node, answered by a wallet, confirmed by the node. Nobody else's word changes anything. */
export interface WalletLinks {
  /** Error: `config.invalid` where no wallet could reach the page. */
  readonly begin: (nodeId: string) => Promise<WalletLink>
  /** Error: `not-found`, also for one of another node. */
  readonly get: (nodeId: string, linkId: string) => Promise<WalletLink>
  /** The newest one, while it is under way. */
  readonly current: (nodeId: string) => Promise<WalletLink | null>
  /** Errors: `not-found`, `conflict`, `auth.refused`. */
  readonly confirm: (nodeId: string, input: InputOf<typeof walletCalls.confirmWalletLink>) => Promise<void>
  readonly cancel: (nodeId: string, linkId: string) => Promise<void>
  /** What the page of this address shows. Error: `not-found`. */
  readonly open: (secret: string) => Promise<OpenedLink>
  /** Errors: `not-found`, `input.invalid`, `conflict`. */
  readonly answer: (input: InputOf<typeof walletCalls.answerWalletLink>) => Promise<OpenedLink>
  readonly decline: (secret: string) => Promise<OpenedLink>
}

const noLink = () => new WindfallError('not-found', 'There is no such page any more. Ask for a new one on your machine: windfall wallet link')

export function createWalletLinks(deps: WalletLinksDeps): WalletLinks {
  const { db, clock } = deps
  const store = createLinksStore(db)
  const open = async (secret: string): Promise<OpenedLink> => {
    const link = await store.bySecret(secret)
    return link ? openedOf(link, clock.now(), (await deps.node(db, link.nodeId)).payoutAddress) : missing()
  }
  return {
    begin: (nodeId) => begin(deps, nodeId),
    get: async (nodeId, linkId) => viewOf(await ofNode(db, nodeId, linkId), clock.now()),
    async current(nodeId) {
      const link = await store.openOf(nodeId)
      return link && stateAt(link, clock.now()) !== 'expired' ? viewOf(link, clock.now()) : null
    },
    confirm: (nodeId, input) => transact(db, async (tx) => confirm(deps, tx, { link: await ofNode(tx, nodeId, input.linkId), ...input })),
    cancel: (nodeId, linkId) => transact(db, async (tx) => end(tx, await ofNode(tx, nodeId, linkId), 'cancelled')),
    open,
    async answer(input) {
      await answer(deps, input)
      return open(input.secret)
    },
    async decline(secret) {
      await transact(db, async (tx) => end(tx, (await createLinksStore(tx).bySecret(secret)) ?? missing(), 'declined'))
      return open(secret)
    },
  }
}

async function ofNode(tx: Db | Tx, nodeId: string, linkId: string): Promise<Link> {
  const link = await createLinksStore(tx).get(linkId)
  if (link?.nodeId !== nodeId) throw noLink()
  return link
}

const missing = (): never => {
  throw noLink()
}

async function begin(deps: WalletLinksDeps, nodeId: string): Promise<WalletLink> {
  const { db, clock, random, cluster } = deps
  const origin = deps.origin()
  const now = clock.now()
  const link = await transact(db, async (tx) => {
    const store = createLinksStore(tx)
    await store.forgetUnlinked(nodeId)
    const issued: Link = {
      linkId: linkIdOf(spokenCode(random(8))),
      nodeId,
      secret: Buffer.from(random(24)).toString('base64url'),
      nonce: Buffer.from(random(12)).toString('hex'),
      origin,
      chainId: chainIdOf(cluster),
      deviceJwk: (await deps.node(tx, nodeId)).publicJwk,
      issuedAt: now,
      expiresAt: now + LINK_TTL_MS,
      state: 'waiting',
      address: null,
    }
    await store.add(issued)
    return issued
  })
  return viewOf(link, now)
}

async function answer(deps: WalletLinksDeps, { secret, address, ...given }: InputOf<typeof walletCalls.answerWalletLink>): Promise<void> {
  const { db, clock, verify } = deps
  const said = { address, signedMessage: Buffer.from(given.signedMessage, 'base64'), signature: Buffer.from(given.signature, 'base64') }
  const refuse = (link: Link | null) => {
    if (!link) throw noLink()
    const problem = answerProblem(link, said, { now: clock.now(), verify })
    if (problem) throw new WindfallError(stateAt(link, clock.now()) === 'waiting' ? 'input.invalid' : 'conflict', problem)
    return link
  }
  // Asked before anything is written, since the cluster may take its time; what it was asked about is looked at again.
  refuse(await createLinksStore(db).bySecret(secret))
  await deps.checkPayable(address)
  await transact(db, async (tx) => {
    const store = createLinksStore(tx)
    const { linkId } = refuse(await store.bySecret(secret))
    await store.signed(linkId, { address, signature: given.signature })
  })
}

interface Confirmation {
  readonly link: Link
  readonly address: string
  readonly signature: string
}

async function confirm(deps: WalletLinksDeps, tx: Tx, { link, address, signature }: Confirmation): Promise<void> {
  const { linkId, nodeId, deviceJwk } = link
  if (link.state === 'linked' && link.address === address) return
  if (stateAt(link, deps.clock.now()) !== 'signed')
    throw new WindfallError('conflict', 'No wallet has signed for this attempt, or its time is over. Begin again: windfall wallet link')
  if (link.address !== address) throw new WindfallError('conflict', `Another wallet has signed: ${link.address}. Nothing was linked; look at it again.`)
  const { publicJwk } = await deps.node(tx, nodeId)
  const isSameKey = keyIdOf(publicJwk) === keyIdOf(deviceJwk)
  if (!isSameKey || !deps.verify(deviceJwk, countersignText({ linkId, address }), Buffer.from(signature, 'base64')))
    throw new WindfallError('auth.refused', 'This is not signed by the device key that the wallet signed for. Begin again: windfall wallet link')
  await createLinksStore(tx).linked(linkId, signature)
  await deps.decide(tx, 'node.wallet-linked', { nodeId, linkId, address })
  await deps.payTo(tx, { nodeId, address })
}

/** What is over stays as it is. */
async function end(tx: Tx, { linkId, state }: Link, as: 'declined' | 'cancelled'): Promise<void> {
  if (state === 'waiting' || state === 'signed') await createLinksStore(tx).end(linkId, as)
}

const LOOPBACK = /^(?:127\.|localhost$|\[::1\]$)/

const viewOf = (link: Link, now: number): WalletLink => ({
  linkId: link.linkId,
  code: codeOf(link),
  url: pageOf(link),
  reachable: !LOOPBACK.test(new URL(link.origin).hostname),
  state: stateAt(link, now),
  address: link.address,
  expiresAt: toIso(link.expiresAt),
})

const openedOf = (link: Link, now: number, current: string | null): OpenedLink => ({
  code: codeOf(link),
  state: stateAt(link, now),
  expiresAt: toIso(link.expiresAt),
  address: link.address,
  current,
  signIn: signInOf(link),
  text: signInParts(signInOf(link)),
})
