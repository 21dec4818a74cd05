import { type App, type Session, type WebContents, shell } from 'electron'
import { isExternalAllowed, isLinkPage, isOwnPage } from './policy.ts'

/** Where the owner's wallet signs; `null` unless one is being linked. */
export type AskLinkPage = () => Promise<string | null>

/** Holds every page that will ever exist in this process to the shell's policy. */
export function lockDownPages(app: App, askLinkPage: AskLinkPage): void {
  app.on('web-contents-created', (_event, contents) => lockDownPage(contents, askLinkPage))
}

/** No page gets a permission: no camera, no notifications of its own, no USB device. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
}

async function openOutside(url: string, askLinkPage: AskLinkPage): Promise<void> {
  if (isExternalAllowed(url) || isLinkPage(url, await askLinkPage())) await shell.openExternal(url)
}

function lockDownPage(contents: WebContents, askLinkPage: AskLinkPage): void {
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.setWindowOpenHandler(({ url }) => {
    // A browser that cannot be started, or an agent that does not answer: nothing opens.
    openOutside(url, askLinkPage).catch(() => undefined)
    return { action: 'deny' }
  })
}
