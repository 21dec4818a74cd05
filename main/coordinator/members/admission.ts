import { WindfallError } from '../../../shared/errors.ts'
import type { Member } from './members.store.ts'
import type { Identity } from './provider.ts'

/** What is known of somebody who comes from the provider. */
export interface Arrival {
  readonly identity: Identity
  readonly bySubject: Member | null
  /** By the address that the provider says is theirs, whether or not it has made sure. */
  readonly byEmail: Member | null
  /** Whom the configuration names as the first owner, an address or what the provider calls them; `null`: nobody. */
  readonly founder: string | null
  readonly hasOwner: boolean
}

export type Admission =
  | { readonly kind: 'member'; readonly member: Member }
  /** The first time that somebody comes who was invited. */
  | { readonly kind: 'invited'; readonly member: Member }
  /** The first owner, who may have been invited as something else. */
  | { readonly kind: 'founder'; readonly member: Member | null }

const isFounder = ({ founder, identity }: Arrival): boolean => {
  if (founder === null) return false
  return founder.includes('@') ? identity.emailVerified && identity.email === founder.toLowerCase() : identity.subject === founder
}

/**
 * Whether somebody may come in, and as whom. Nobody becomes a member by signing in: an owner has invited them, or the configuration names them and there is
 * no owner yet. An address counts once, and only one that the provider has made sure of; from then on a person is known by issuer and subject alone, so
 * that whoever is given the address later is not taken for them. Error: `auth.refused`.
 */
export function admit(arrival: Arrival): Admission {
  const { identity, bySubject, byEmail, hasOwner } = arrival
  const invited = bySubject ?? (identity.emailVerified && byEmail?.subject === null ? byEmail : null)
  if (!hasOwner && isFounder(arrival)) return { kind: 'founder', member: invited }
  if (invited) return { kind: invited.joinedAt === null ? 'invited' : 'member', member: invited }
  throw refusal(arrival)
}

/** Whoever may not be who they say they are learns of nobody whether they were invited. */
function refusal({ identity, byEmail }: Arrival): WindfallError {
  if (!identity.emailVerified)
    return new WindfallError(
      'auth.refused',
      'Nobody has invited you here, or your provider has not made sure that your e-mail address is yours. Confirm it there, or ask an owner of this coordinator to invite you: windfall member invite',
    )
  if (byEmail !== null)
    return new WindfallError(
      'auth.refused',
      'Somebody has signed in here with your e-mail address before. Ask an owner of this coordinator to remove them and invite you.',
    )
  return new WindfallError('auth.refused', 'Your provider knows you, but nobody has invited you here. Ask an owner of this coordinator: windfall member invite')
}
