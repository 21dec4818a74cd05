import { Fragment, type ReactNode } from 'react'
import { tParts } from '../../shared/i18n/translate.ts'

/** A text whose places hold elements: `rich('Only when I am away for {minutes}', { minutes: <input … /> })`. */
export const rich = (message: string, values: Readonly<Record<string, ReactNode>>): ReactNode => joined(tParts<ReactNode>(message, values))

/** The parts of a sentence, put together. */
export const joined = (parts: readonly ReactNode[]): ReactNode =>
  // oxlint-disable-next-line react/no-array-index-key -- the parts of a sentence keep their order
  parts.map((part, index) => <Fragment key={index}>{part}</Fragment>)
