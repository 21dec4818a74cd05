import '../lib/no-eval.ts'
import './choose-language.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { t } from '../../shared/i18n/translate.ts'
import { browserClock } from '../lib/clock.ts'
import './page.css'
import { chooseVerifyPort } from './verify-port.ts'
import { VerifyPage } from './verify-page.tsx'

document.title = t('Check a receipt · Windfall')
const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')
createRoot(root).render(
  <StrictMode>
    <VerifyPage cryptography={{ port: chooseVerifyPort(), clock: browserClock }} />
  </StrictMode>,
)
