import { type App, type Session, type WebContents, shell } from 'electron'
import { isExternalAllowed, isOwnPage } from './policy.ts'

/** Holds every page that will ever exist in this process to the shell's policy. */
export function lockDownPages(app: App): void {
  app.on('web-contents-created', (_event, contents) => lockDownPage(contents))
}

/** No page gets a permission: no camera, no notifications of its own, no USB device. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
}

function lockDownPage(contents: WebContents): void {
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalAllowed(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}
