import { useState } from 'react'
import type { ShellAgent, ShellState } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { recall, remember } from '../../lib/window-memory.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { useStatus } from '../queries.ts'
import { useServices } from '../services.ts'
import { useInstallUpdate, useShell, useStartAgent } from '../shell-queries.ts'
import { useRefusal, useShellSettings } from '../settings/use-shell-settings.ts'

/** What the owner should know of the program itself: that a part of it is gone or of another version, and what closing the window does. */
export function Notes() {
  const { data: shell } = useShell()
  return (
    <>
      {shell ? <AgentGone agent={shell.agent} /> : null}
      <VersionSkew shell={shell ?? null} />
      {shell ? <ClosingNote shell={shell} /> : null}
    </>
  )
}

/** Whether the process that does the work has ended by itself, which is more than that it does not answer. */
export const isGone = (agent: ShellAgent | undefined): agent is Extract<ShellAgent, { readonly message: string }> =>
  agent?.state === 'restarting' || agent?.state === 'gave-up'

/** The shell says what happened and what it does about it. */
function AgentGone({ agent }: { agent: ShellAgent }) {
  const start = useStartAgent()
  const refused = useRefusal()
  if (!isGone(agent)) return null
  const isOver = agent.state === 'gave-up'
  return (
    <Banner
      tone={isOver ? 'madder' : 'honey'}
      glyph={isOver ? 'cross' : 'bang'}
      action={<Button onClick={() => start.mutate(undefined, { onError: refused })}>{t('Start now')}</Button>}
    >
      <strong>{t('The agent is not running, and what you see is from before.')}</strong> {agent.message}
    </Banner>
  )
}

/** Window and agent are of different versions: a page may ask for what the other does not know. */
function VersionSkew({ shell }: { shell: ShellState | null }) {
  const { reload, shell: hasShell } = useServices()
  const agent = useStatus().data?.version
  const install = useInstallUpdate()
  const refused = useRefusal()
  const [first, setFirst] = useState(agent)
  // In a browser the page is the agent’s own, and as old as the first answer it had.
  if (first === undefined && agent !== undefined) setFirst(agent)
  const own = hasShell === null ? first : shell?.version
  if (agent === undefined || own === undefined || agent === own) return null
  const verb =
    hasShell === null ? (
      <Button onClick={reload}>{t('Load the page anew')}</Button>
    ) : shell?.update.state === 'ready' ? (
      <Button onClick={() => install.mutate(undefined, { onError: refused })}>{t('Restart to update')}</Button>
    ) : null
  return (
    <Banner tone="honey" glyph="bang" action={verb}>
      <strong>{t('Restart to finish updating.')}</strong> {t('This window is of version {own}, the agent of version {agent}.', { own, agent })}{' '}
      {hasShell === null ? t('Loading the page anew is enough.') : t('Quit Windfall and open it again; until then a page may lack something.')}
    </Banner>
  )
}

/** Once, when the window opens for the first time after its owner was asked what closing it does. */
function ClosingNote({ shell }: { shell: ShellState }) {
  const [, setTimes] = useState(0)
  const { change } = useShellSettings(shell)
  const chosen = shell.onClose
  const see = (closing: NonNullable<ShellState['onClose']>) => {
    remember({ closingSeen: closing })
    setTimes((times) => times + 1)
    document.getElementById('content')?.focus()
  }
  const other = (closing: NonNullable<ShellState['onClose']>, text: string) => {
    change({ onClose: closing }, text)
    see(closing)
  }
  if (chosen === null || recall().closingSeen !== null || !shell.hasTray) return null
  const keeps = chosen === 'keep-running'
  const keep = () => (keeps ? see('keep-running') : other('keep-running', t('Closing the window leaves Windfall in the tray.')))
  const quit = () => (keeps ? other('quit', t('Closing the window quits Windfall.')) : see('quit'))
  return (
    <Banner
      tone="slate"
      glyph="bang"
      action={
        <>
          <Button onClick={keep}>{t('Keep running')}</Button>
          <Button onClick={quit}>{keeps ? t('Quit instead') : t('Quit on closing')}</Button>
        </>
      }
    >
      <strong>{keeps ? t('Windfall keeps earning in the tray when this window closes.') : t('Windfall quits when this window closes.')}</strong>{' '}
      {t('The settings have this under “Closing the window”.')}
    </Banner>
  )
}
