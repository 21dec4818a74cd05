import { Component, type ReactNode } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Failure } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { useLink } from '../hooks.ts'
import { useServices } from '../services.ts'

interface State {
  readonly error: Error | null
}

const stateOf = (error: unknown): State => ({ error: error instanceof Error ? error : new Error(String(error)) })

/** Keeps the menu alive when a page breaks. React offers this as a class only. */
export class PageBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null }

  static readonly getDerivedStateFromError = stateOf

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return isGone(error) ? <MissingPart /> : <BrokenPage error={error} retry={() => this.setState({ error: null })} />
  }
}

interface OverlayBoundaryProps {
  readonly children: ReactNode
  /** Is told what to say instead. */
  readonly failed: (text: string) => void
}

/** Keeps the window alive when what stands above the page breaks. */
export class OverlayBoundary extends Component<OverlayBoundaryProps, State> {
  override state: State = { error: null }

  static readonly getDerivedStateFromError = stateOf

  override componentDidCatch(error: Error) {
    this.props.failed(
      isGone(error)
        ? t('This part of the window could not be fetched. Load the page anew once the agent answers.')
        : t('Something in this window broke. Load the page anew if it happens again.'),
    )
  }

  override render() {
    return this.state.error ? null : this.props.children
  }
}

/** A part of this window cannot be fetched, as after an update under it or while the agent is gone. A browser never asks for it twice. */
const isGone = ({ message }: Error): boolean => /dynamically imported module|module script|unable to preload/i.test(message)

const BrokenPage = ({ error, retry }: { error: Error; retry: () => void }) => (
  <Page title={t('This page broke')}>
    <Failure error={error} what={t('this page')} busy={false} retry={retry} />
  </Page>
)

/** Loading anew while nobody answers would take away the rest of the window, too. */
function MissingPart() {
  const { reload } = useServices()
  const answers = useLink().state === 'open'
  return (
    <Page title={t('This page could not be fetched')}>
      <EmptyState
        title={answers ? t('Windfall was renewed or started again since this window was opened.') : t('The agent that brings this page does not answer.')}
      >
        {answers
          ? t('This page is loaded anew from what is there now. Jobs and earnings do not depend on this window.')
          : t('It can be loaded as soon as the agent is back. Pages that were open before still show what is known.')}
      </EmptyState>
      {answers ? (
        <p>
          <Button look="primary" onClick={reload}>
            {t('Load the page anew')}
          </Button>
        </p>
      ) : null}
    </Page>
  )
}
