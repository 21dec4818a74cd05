import { Component, type ReactNode } from 'react'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Failure } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Button } from '../../ui/button.tsx'

interface State {
  readonly error: Error | null
}

/** A part of the console cannot be fetched, as after an upgrade of the coordinator under it. A browser never asks for it twice. */
const isGone = ({ message }: Error): boolean => /dynamically imported module|module script|unable to preload/i.test(message)

/** Keeps the menu alive when a page breaks. React offers this as a class only. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    if (isGone(error))
      return (
        <Page title="This page could not be fetched">
          <EmptyState title="The coordinator was upgraded since this page was opened, or does not answer.">
            Load the page anew: what it shows is in its address.
          </EmptyState>
          <p>
            <Button look="primary" onClick={() => location.reload()}>
              Load the page anew
            </Button>
          </p>
        </Page>
      )
    return (
      <Page title="This page broke">
        <Failure
          error={error}
          what="this page"
          busy={false}
          retry={() => this.setState({ error: null })}
          stillWorks="Machines and jobs go on without this page."
        />
      </Page>
    )
  }
}
