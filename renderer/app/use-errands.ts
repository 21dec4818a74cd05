import { useEffect } from 'react'
import type { Errand } from '../../shared/contract/shell.ts'
import { t } from '../../shared/i18n/translate.ts'
import { hrefOf, routeOf } from '../lib/router.ts'
import { goTo } from './run-command.ts'
import { useServices } from './services.ts'
import { type WindowState, useWindow } from './window-state.ts'

/** Does what somebody outside wants: nothing but going to a page that there is, showing a file that is not trusted, and saying why not. */
function doErrand(errand: Errand, { tell, setOpened, setOverlay }: Pick<WindowState, 'tell' | 'setOpened' | 'setOverlay'>): void {
  setOverlay(null)
  if (errand.do === 'explain') tell({ text: errand.message, isProblem: true })
  if (errand.do === 'open-receipt') {
    setOpened({ name: errand.name, content: new Blob([errand.text]) })
    goTo(hrefOf({ page: 'opened-receipt' }))
  }
  if (errand.do !== 'go') return
  if (routeOf(errand.hash) === null) tell({ text: t('That link leads to a page that Windfall does not have. Its menu has all there are.'), isProblem: true })
  else goTo(errand.hash)
}

/** Takes what waits to be done when the window opens, and whatever comes later. */
export function useErrands(): void {
  const { shell } = useServices()
  const { tell, setOpened, setOverlay } = useWindow()
  useEffect(() => {
    if (shell === null) return
    const closed = new AbortController()
    const takeAll = async () => {
      while (!closed.signal.aborted) {
        const { errand } = await shell.call('takeErrand', {})
        if (errand === null) return
        doErrand(errand, { tell, setOpened, setOverlay })
      }
    }
    // A shell that has no errands to give has nothing that waits.
    const take = () => void takeAll().catch(() => {})
    take()
    const stop = shell.on('errandWaits', take)
    return () => {
      closed.abort()
      stop()
    }
  }, [shell, tell, setOpened, setOverlay])
}
