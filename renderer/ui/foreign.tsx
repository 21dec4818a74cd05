import { Fragment } from 'react'
import { saidByAgent } from '../../shared/domain/agent-sentences.ts'

/** A text of the agent or the coordinator: in the reader's language where it is known, else marked as the English it is (WCAG 2.2, 3.1.2). */
export const Foreign = ({ children }: { children: string }) =>
  saidByAgent(children).map(({ text, isForeign }, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- the sentences of a text keep their order
    <Fragment key={index}>
      {index === 0 ? '' : ' '}
      {isForeign ? <span lang="en">{text}</span> : text}
    </Fragment>
  ))
