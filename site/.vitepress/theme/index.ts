import type { Theme } from 'vitepress'
import theme from 'vitepress/theme-without-fonts'
import './style.css'

export default {
  extends: theme,
  enhanceApp({ router }) {
    if (import.meta.env.SSR) return
    // The default theme has a landmark on every page but the home page.
    router.onAfterRouteChange = () =>
      document.querySelector('.VPHome')?.setAttribute('role', 'main')
  },
} satisfies Theme
