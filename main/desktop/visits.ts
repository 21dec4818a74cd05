import type { App } from 'electron'
import { type Launch, readLaunch } from './launch-arguments.ts'

/** Somebody started Windfall again, followed a link or opened a file. */
export interface Visit extends Pick<Launch, 'hidden' | 'links' | 'receipts'> {
  /** What the paths are relative to. */
  readonly directory: string
}

/** Takes visits as they come; those that came before anybody took them are not lost. */
export type Visits = (receive: (visit: Visit) => void) => void

/**
 * Links and files reach a program in its arguments and those of a second start, and on macOS by events, which may come before Electron is
 * ready: so this has to be called in the first turn.
 */
export function watchVisits(app: Pick<App, 'on'>, { links, receipts }: Launch, directory: string): Visits {
  const early: Visit[] = []
  let receive = (visit: Visit): void => void early.push(visit)
  const visit = (more: Partial<Visit>) => receive({ hidden: false, links: [], receipts: [], directory, ...more })
  if (links.length > 0 || receipts.length > 0) visit({ links, receipts })
  app.on('second-instance', (_event, argv, workingDirectory) => visit({ ...readLaunch(argv), directory: workingDirectory }))
  app.on('activate', () => visit({}))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    visit({ links: [url] })
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    visit({ receipts: [path] })
  })
  return (next) => {
    receive = next
    for (const waiting of early.splice(0)) next(waiting)
  }
}

/** Has the system hand `windfall://` links to this program. One that is not installed leaves the system as it is. */
export function claimLinks(app: Pick<App, 'isPackaged' | 'setAsDefaultProtocolClient'>, scheme: string): void {
  if (app.isPackaged) app.setAsDefaultProtocolClient(scheme)
}
