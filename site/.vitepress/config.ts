import { slug } from 'github-slugger'
import { defineConfig, type Plugin } from 'vitepress'
import { repository } from '../src/links.ts'
import { extendMarkdown } from '../src/markdown.ts'
import { sidebar } from '../src/navigation.ts'
import { placeOf, root } from '../src/pages.ts'
import { search } from '../src/search.ts'

/** Leaves Vue to Node while pages are rendered: they lie outside of this package, which alone depends on it. */
const vueForPages: Plugin = {
  name: 'vue-for-pages',
  enforce: 'pre',
  resolveId: (id, _importer, { ssr }) =>
    ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : null,
}

export default defineConfig({
  title: 'Sojourn',
  description:
    'Web sessions for TypeScript that survive parallel requests, lost responses and a stolen database.',
  lang: 'en-US',
  // GitHub Pages serves the site below the repository's name.
  base: process.env['SITE_BASE'] ?? '/',
  srcDir: root,
  srcExclude: [
    '*.md',
    '{bench,examples,tools,first}/**',
    'packages/*/!(README).md',
    'packages/*/*/**',
    'site/node_modules/**',
  ],
  rewrites: (page) => placeOf(page) ?? page,
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  markdown: {
    // The anchors that GitHub makes: links between the files hold in both.
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: extendMarkdown,
  },
  vite: { plugins: [vueForPages] },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/tutorial/first-session', activeMatch: '/tutorial/' },
      { text: 'How-to', link: '/how-to/choose-a-store', activeMatch: '/how-to/' },
      { text: 'Reference', link: '/reference/config', activeMatch: '/reference/|/glossary' },
      { text: 'Packages', link: '/packages/core', activeMatch: '/packages/|/api/' },
      { text: 'Explanation', link: '/explanation/tokens-and-ids', activeMatch: '/explanation/' },
      { text: 'Decisions', link: '/decisions/', activeMatch: '/decisions/' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/:path`, text: 'Edit this page on GitHub' },
    search,
  },
})
