import { WindfallError } from '../../shared/errors.ts'

const LOOPBACK = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/

const refused = (message: string): WindfallError => new WindfallError('input.invalid', message)

/**
 * The address of a coordinator as an owner types it, as its origin: https, or http on this computer only, since what is said there can be
 * read and changed on its way. Error: `input.invalid`, and what was typed is not in its message.
 */
export function coordinatorAddress(typed: string): string {
  const url = URL.parse(typed.trim())
  if (!url || !['https:', 'http:'].includes(url.protocol) || !/^https?:\/\//i.test(typed.trim()))
    throw refused('That is no address of a coordinator. It begins with https://, such as https://grid.example.org.')
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw refused('A coordinator elsewhere is reached by https:// only. http:// is for one on this computer.')
  if (url.username !== '' || url.password !== '') throw refused('The address must not hold a name or a password. A token goes into its own field.')
  if (url.pathname !== '/' || /[?#]/.test(typed)) throw refused('Give the address without anything after the name of the computer and its port.')
  return url.origin
}
