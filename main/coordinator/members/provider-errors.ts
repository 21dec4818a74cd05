import type * as Oidc from 'openid-client'
import { WindfallError } from '../../../shared/errors.ts'

export const distrusted = (reason: string, cause?: unknown): WindfallError =>
  new WindfallError('auth.refused', `What came back from the provider cannot be trusted (${reason}), so nobody was signed in. Sign in again.`, { cause })

const hostOf = (issuer: string): string => new URL(issuer).host

export const unreachable = (issuer: string, cause: unknown): WindfallError =>
  new WindfallError(
    'unavailable',
    `The provider at ${hostOf(issuer)} does not answer as it should (${reasonOf(cause)}), so nobody can sign in now. Try again in a minute; if it stays so, tell the operator.`,
    { cause },
  )

/** In the words of a program, and never in those of whoever sent an answer. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.cause instanceof Error && 'code' in error.cause) return String(error.cause.code)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

const isUnreached = (error: unknown): boolean => error instanceof TypeError || /TIMEOUT|NOT_CONFORM/.test(reasonOf(error))

export function explained(oidc: typeof Oidc, issuer: string, error: unknown): WindfallError {
  if (error instanceof WindfallError) return error
  if (error instanceof oidc.AuthorizationResponseError)
    return error.error === 'access_denied'
      ? new WindfallError('auth.refused', 'You were not signed in: you said no, or your provider does not let you in here.')
      : new WindfallError('auth.refused', 'Your provider did not sign you in. Try again; if it stays so, tell the operator.')
  if (error instanceof oidc.ResponseBodyError)
    return error.error === 'invalid_client'
      ? new WindfallError(
          'unavailable',
          `The provider at ${hostOf(issuer)} does not know this coordinator (invalid_client). Its operator corrects client id and secret.`,
        )
      : new WindfallError('auth.refused', 'The provider takes this sign-in for used, expired or not its own. Sign in again.')
  return isUnreached(error) ? unreachable(issuer, error) : distrusted(reasonOf(error), error)
}
