import { slug } from 'github-slugger'
import { defineConfig, type Plugin } from 'vitepress'
import { repository } from '../src/links.ts'
import { extendMarkdown } from '../src/markdown.ts'
import { sidebar } from '../src/navigation.ts'
import { placeOf, root } from '../src/pages.ts'
import { search } from '../src/search.ts'

const favicon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#3451b2"/><path d="M11 5.2C9.6 3.4 5.4 3.7 5.4 6c0 2.6 5.6 1.3 5.6 4 0 2.4-4.4 2.6-6 .6" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>',
)}`

/** Names no packages to bundle before: from the pages, Vite would not find them. They load one by one in `dev`. */
const nothingAhead: Plugin = {
  name: 'nothing-ahead',
  enforce: 'post',
  config(config) {
    if (config.optimizeDeps) config.optimizeDeps.include = []
  },
}

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
  head: [['link', { rel: 'icon', href: favicon }]],
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
  vite: {
    plugins: [vueForPages, nothingAhead],
    build: { chunkSizeWarningLimit: 3000 }, // the index of the search, in kB
  },
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
