/** Where a node is paid, how that came about, and how an owner proves that a wallet is theirs. */
import { z } from 'zod'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { Base64, Id, IsoTime, SolanaAddress } from './wire.ts'

/** `settings`: the agent was started with it. `pasted`: typed in, nobody has shown that they hold its key. `wallet`: its key signed for this node. */
export const AddressSource = z.enum(['settings', 'pasted', 'wallet'])
export type AddressSource = z.infer<typeof AddressSource>

/**
 * `waiting`: for the wallet. `signed`: by the wallet, and the owner has still to say yes on the node. `linked`: done. Every other one is over and has
 * changed nothing.
 */
export const WalletLinkState = z.enum(['waiting', 'signed', 'linked', 'declined', 'cancelled', 'expired'])
export type WalletLinkState = z.infer<typeof WalletLinkState>

/** One attempt to link a wallet, as the node sees it. */
export const WalletLink = z.strictObject({
  linkId: Id,
  /** Two groups of four, shown by the node and by the page: the same on both, or the page belongs to somebody else. */
  code: z.string().max(9),
  /** To be opened where the wallet is: a browser of this machine, or a phone. Whoever has it can answer for this attempt. */
  url: z.url().max(400),
  /** False if `url` leads to this machine only, so that no phone can open it. */
  reachable: z.boolean(),
  state: WalletLinkState,
  /** The wallet that has signed. */
  address: SolanaAddress.nullable(),
  expiresAt: IsoTime,
})
export type WalletLink = z.infer<typeof WalletLink>

const PendingChange = z.strictObject({ address: SolanaAddress, source: AddressSource, requestedAt: IsoTime, effectiveAt: IsoTime })

export const WalletView = z.strictObject({
  /** Where payouts go; `null`: nowhere yet. */
  address: SolanaAddress.nullable(),
  /** `null` without an address, and for one that is older than this record. */
  source: AddressSource.nullable(),
  since: IsoTime.nullable(),
  /** Another address that takes over at `effectiveAt`. Until then nothing is paid out by itself, and the owner can take it back. */
  pending: PendingChange.nullable(),
  /** The newest attempt to link a wallet, while it is under way. */
  link: WalletLink.nullable(),
  /** Newest first; the first is `address`. */
  history: z.array(z.strictObject({ address: SolanaAddress, source: AddressSource.nullable(), since: IsoTime })).max(50),
})
export type WalletView = z.infer<typeof WalletView>

const LinkRef = z.strictObject({ linkId: Id })
/** The random part of a link's address. */
const Secret = z.string().regex(/^[A-Za-z0-9_-]{32}$/, 'is not the address of a link')

/** Fields of Sign-In-With-Solana as a wallet takes them; the address is the wallet's own. */
const SignIn = z.strictObject({
  domain: z.string(),
  statement: z.string(),
  uri: z.string(),
  version: z.string(),
  chainId: z.string(),
  nonce: z.string(),
  issuedAt: IsoTime,
  expirationTime: IsoTime,
  requestId: z.string(),
  resources: z.array(z.string()),
})
export type SignIn = z.infer<typeof SignIn>

export const OpenedLink = z.strictObject({
  code: z.string(),
  state: WalletLinkState,
  expiresAt: IsoTime,
  /** The wallet that has signed. */
  address: SolanaAddress.nullable(),
  /** Where the node is paid now. */
  current: SolanaAddress.nullable(),
  signIn: SignIn,
  /** What a wallet without sign-in signs as it is: `head`, its address, `tail`. */
  text: z.strictObject({ head: z.string(), tail: z.string() }),
})
export type OpenedLink = z.infer<typeof OpenedLink>

export const walletCalls = {
  getWallet: call(Empty, WalletView, http('GET', '/v1/node/wallet', 'any-node', 'Where this node is paid, and what is about to change')),
  beginWalletLink: call(
    Empty,
    WalletLink,
    http(
      'POST',
      '/v1/node/wallet/links',
      'any-node',
      'Begin to link a wallet by its signature; one that is under way ends. The page is good for ten minutes, once',
    ),
  ),
  getWalletLink: call(LinkRef, WalletLink, http('GET', '/v1/node/wallet/links/{linkId}', 'any-node', 'How far linking a wallet has come')),
  confirmWalletLink: call(
    z.strictObject({
      ...LinkRef.shape,
      address: SolanaAddress,
      /** Of the device key, over link, nonce and address. */
      signature: Base64.max(128),
    }),
    WalletView,
    http(
      'POST',
      '/v1/node/wallet/links/{linkId}/confirm',
      'any-node',
      'The owner says on the node that the wallet that signed is theirs; repeating it is harmless',
    ),
  ),
  cancelWalletLink: call(LinkRef, WalletView, http('POST', '/v1/node/wallet/links/{linkId}/cancel', 'any-node', 'End an attempt to link a wallet')),
  cancelWalletChange: call(
    Empty,
    WalletView,
    http('POST', '/v1/node/wallet/change/cancel', 'any-node', 'Keep the address there is instead of the one that waits'),
  ),

  openWalletLink: call(z.strictObject({ secret: Secret }), OpenedLink, http('GET', '/v1/links/{secret}', 'public', 'What a wallet is asked to sign')),
  answerWalletLink: call(
    z.strictObject({
      secret: Secret,
      address: SolanaAddress,
      /** The bytes the wallet says it signed; they have to be the ones that were issued. */
      signedMessage: Base64.max(4_000),
      signature: Base64.max(128),
    }),
    OpenedLink,
    http('POST', '/v1/links/{secret}', 'public', 'Hand in what a wallet signed'),
  ),
  declineWalletLink: call(
    z.strictObject({ secret: Secret }),
    OpenedLink,
    http('POST', '/v1/links/{secret}/decline', 'public', 'The owner of the wallet says no'),
  ),
}
