import { Component, type ReactNode } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { Failure } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'

interface State {
  readonly error: Error | null
}

/** Keeps the menu alive when a page breaks. React offers this as a class only. */
export class PageBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    if (!this.state.error) return this.props.children
    return (
      <Page title={t('This page broke')}>
        <Failure error={this.state.error} what={t('this page')} busy={false} retry={() => this.setState({ error: null })} />
      </Page>
    )
  }
}
