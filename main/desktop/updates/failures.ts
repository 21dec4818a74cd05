import { region, t } from '../../../shared/i18n/translate.ts'
import type { Refusal } from '../../../shared/domain/judge-release.ts'

/** Why something could not be fetched from the release server. */
export type FetchFailure =
  | { readonly why: 'unreachable'; readonly host: string }
  | { readonly why: 'status'; readonly host: string; readonly status: number }
  /** It sends on to another address, which nobody has vouched for. */
  | { readonly why: 'redirect'; readonly host: string }
  | { readonly why: 'too-large'; readonly host: string }
  | { readonly why: 'slow'; readonly host: string }

export type FileFailure =
  | { readonly why: 'size' }
  | { readonly why: 'hash' }
  /** It ended before its end; what has arrived is kept. */
  | { readonly why: 'cut-off'; readonly host: string }
  | { readonly why: 'disk-full'; readonly bytes: number }
  | { readonly why: 'disk'; readonly detail: string }

export type UpdateFailure =
  | FetchFailure
  | FileFailure
  | Refusal
  | { readonly why: 'unusable'; readonly detail: string }
  /** `installer`: it did not do its part. */
  | { readonly why: 'installer'; readonly detail: string }

/** Nobody could be asked, which an owner who did not ask either has no use for. */
export const isQuiet = ({ why }: UpdateFailure): boolean => why === 'unreachable' || why === 'cut-off' || why === 'slow'

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000)
const day = (iso: string): string => new Intl.DateTimeFormat(region(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(iso))

/** A function for each reason: the compiler finds one that has no words. */
const WORDS: { readonly [W in UpdateFailure['why']]: (failure: Extract<UpdateFailure, { readonly why: W }>) => string } = {
  unreachable: ({ host }) => t('{host} could not be reached. Windfall tries again by itself.', { host }),
  status: ({ host, status }) => t('{host} answered with status {status}. Windfall tries again by itself.', { host, status: String(status) }),
  redirect: ({ host }) => t('{host} sends on to another address, which Windfall does not follow for updates. Nothing was installed.', { host }),
  'too-large': ({ host }) => t('{host} sent more than a list of files can hold. Nothing was installed.', { host }),
  slow: ({ host }) => t('{host} sends too slowly. Windfall tries again by itself and keeps what has arrived.', { host }),
  'cut-off': ({ host }) => t('The connection to {host} ended early. Windfall goes on by itself where it stopped.', { host }),
  size: () => t('The download does not have the size that was signed for it. It was removed, and nothing was installed.'),
  hash: () => t('The download is not the file that was signed. It was removed, and nothing was installed.'),
  'disk-full': ({ bytes }) => t('There is not enough room for the update. Free {megabytes} MB, then check again.', { megabytes: megabytes(bytes) }),
  disk: ({ detail }) => t('The update could not be written to this computer ({detail}). Nothing was installed.', { detail }),
  unusable: ({ detail }) => t('The list of files on the release server is not signed as it has to be ({detail}). Nothing was installed.', { detail }),
  channel: ({ channel }) => t('The release server offers files of another channel ({channel}). Nothing was installed.', { channel }),
  expired: ({ at }) =>
    t('The list of files on the release server was good until {day} only. If the clock of this computer is right, try again tomorrow.', { day: day(at) }),
  early: ({ at }) =>
    t('The list of files on the release server is from {day}, which has not come yet by the clock of this computer. Set the clock.', { day: day(at) }),
  replayed: () => t('The release server offers an older list of files than before. Nothing was installed.'),
  'too-old': ({ version }) =>
    t('This Windfall is too old to update itself to {version}. Download that version where you got this one; everything is kept.', { version }),
  'nothing-here': ({ version }) => t('Windfall {version} is not made for this computer. The version that runs here stays.', { version }),
  installer: ({ detail }) => t('The update could not be put in place ({detail}). The version that runs here stays.', { detail }),
}

/** What happened, and what happens next, in the words of the owner. */
export function failureText(failure: UpdateFailure): string {
  const words: (failure: never) => string = WORDS[failure.why]
  return words(failure as never)
}
