import { expect, test } from 'vitest'
import { checkGlossary } from '../check-glossary.ts'
import { folder } from './folder.ts'

const glossary = `# Glossary

| term | meaning | in the code |
|---|---|---|
| row | what \`anything\` keeps | \`Row\` \`find\` |
| quorum | replicas | \`Quorum\` |
`

test('a name that only a comment has is found, with its line', () => {
  const source = '// Quorum\nexport interface Row {}\nexport const a = { find: 1 }\n'
  const root = folder({ 'docs/glossary.md': glossary, 'packages/a/src/a.ts': source })
  expect(checkGlossary(root)).toMatchObject([{ line: 6, message: 'no source has Quorum' }])
})
