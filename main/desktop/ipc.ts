import { ipcMain } from 'electron'
import { INVOKE_CHANNEL } from '../../shared/contract/bridge.ts'
import type { Server } from '../../shared/contract/define.ts'
import { answerIpc } from './ipc-answer.ts'

/** Answers the calls of every window through one channel. */
export function serveIpc(server: Server<undefined>): void {
  ipcMain.handle(INVOKE_CHANNEL, (event, name: unknown, input: unknown) => answerIpc({ frame: event.senderFrame, name, input }, server))
}
