/** What the Dockerfile says of each image. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cmd, DockerfileParser, type Env, type JSONInstruction } from 'dockerfile-ast'

/** One target of the Dockerfile. Stages that it is built on are included. */
export interface Image {
  /** The image or the stage that it begins with. */
  readonly from: string
  readonly user: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly ports: readonly number[]
  readonly command: readonly string[]
  readonly copies: readonly Copy[]
}

/** A COPY from the stage `from`, or from the root of the repository. */
interface Copy {
  readonly from: string | undefined
  readonly source: string
  readonly target: string
}

const file = join(import.meta.dirname, '../Dockerfile')

/** Returns all stages, by their names. */
export function readImages(): ReadonlyMap<string, Image> {
  const dockerfile = DockerfileParser.parse(readFileSync(file, 'utf8'))
  const images = new Map<string, Image>()
  let name = ''
  for (const instruction of dockerfile.getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue())
    const keyword = instruction.getKeyword()
    if (keyword === 'FROM') {
      const [from = '', , stage = ''] = words
      name = stage
      const empty = { user: undefined, env: {}, ports: [], command: [], copies: [] }
      images.set(name, { ...(images.get(from) ?? empty), from })
      continue
    }
    const image = images.get(name)
    if (!image) throw new Error(`${keyword} stands before FROM`)
    images.set(name, { ...image, ...changeOf(image, keyword, words, instruction) })
  }
  return images
}

function changeOf(
  image: Image,
  keyword: string,
  words: readonly string[],
  instruction: unknown,
): Partial<Image> {
  switch (keyword) {
    case 'USER':
      return { user: words[0] }
    case 'EXPOSE':
      return { ports: [...image.ports, ...words.map(Number)] }
    case 'ENV': {
      const properties = (instruction as Env).getProperties()
      const pairs = properties.map((property) => [property.getName(), property.getValue() ?? ''])
      return { env: { ...image.env, ...Object.fromEntries(pairs) } }
    }
    case 'CMD': {
      const strings = (instruction as Cmd & JSONInstruction).getJSONStrings()
      return { command: strings.map((text) => text.getJSONValue()) }
    }
    case 'COPY': {
      const [source = '', target = ''] = words
      const flag = /--from=(\w+)/.exec(String(instruction))?.[1]
      return { copies: [...image.copies, { from: flag, source, target }] }
    }
    default:
      return {}
  }
}
