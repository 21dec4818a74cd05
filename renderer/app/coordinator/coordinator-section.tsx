import { useLink } from '../hooks.ts'
import { ShellSection } from '../settings/shell-section.tsx'
import { CoordinatorChoice } from './coordinator-choice.tsx'

/** Whom this computer works for, among the settings. */
export function CoordinatorSection() {
  const { state } = useLink()
  return (
    <ShellSection id="coordinator">
      <CoordinatorChoice closed={state === 'lost' || state === 'refused'} />
    </ShellSection>
  )
}
