import { Choices } from '../../ui/choices.tsx'
import { Page } from '../../ui/page.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { NodeList } from './node-list.tsx'
import { Tokens } from './tokens.tsx'

const VIEW = { view: { choices: ['tokens'] } } as const satisfies FilterKinds

/** Every node and what it does, and how others are let in. */
export function FleetPage() {
  const view = useFilters(VIEW)
  const chosen = view.one('view') === 'tokens' ? 'tokens' : 'nodes'
  return (
    <Page title="Fleet">
      <Choices
        name="fleet-view"
        label="What to look at"
        options={[
          { value: 'nodes', label: 'Machines' },
          { value: 'tokens', label: 'Let machines in' },
        ]}
        chosen={chosen}
        choose={(value) => view.set('view', value === 'tokens' ? ['tokens'] : [])}
      />
      {chosen === 'tokens' ? <Tokens /> : <NodeList />}
    </Page>
  )
}
