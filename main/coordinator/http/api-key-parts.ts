import type { apiKeyCalls } from '../../../shared/contract/api-key.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { Principal, Reach } from '../../../shared/domain/permissions.ts'

type In<K extends keyof typeof apiKeyCalls> = InputOf<(typeof apiKeyCalls)[K]>
type Out<K extends keyof typeof apiKeyCalls> = OutputOf<(typeof apiKeyCalls)[K]>
type Holder = Principal & { readonly reach: Reach }

/** What the HTTP border needs of API keys; who asks, and what they may do themselves, comes first. */
export interface ApiKeyParts {
  readonly create: (holder: Holder, order: In<'createApiKey'>) => Promise<Out<'createApiKey'>>
  /** What is known of the key that asks. */
  readonly own: (holder: Pick<Holder, 'account' | 'credential'>) => Promise<{ readonly label: string | null; readonly expiresAt: string | null }>
  readonly list: (holder: Holder, page: In<'listApiKeys'>) => Promise<Out<'listApiKeys'>>
  readonly revoke: (holder: Holder, prefix: string) => Promise<Out<'revokeApiKey'>>
  readonly rotate: (holder: Holder, order: In<'rotateApiKey'>) => Promise<Out<'rotateApiKey'>>
}
