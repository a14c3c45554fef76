/** Words with a meaning in some database, language or file system. None contains a dot unless it has to. */
export const hostile = {
  patterns: ['*', '?', '[a-z]', '[^a]', 'a*', '%', '_', 'a|b', '^a$', '\\', '\\*'],
  braces: ['{}', '{', '}', '{a}', '{a}b', '}{', ':', '::', 'a:', ':a', '{a}:b'],
  quotes: ["'", '"', '`', "' OR 1=1 --", '$' + '{a}', '$(a)', '<a>', '#', '&', ';', ','],
  controls: ['\r\n', 'a\r\nFLUSHALL\r\n', '\0', 'a\0b', '\t', '\x1b[0m', '\x7f'],
  blanks: [' ', 'a ', ' a', 'a', 'a\u00a0'],
  unicode: ['é', 'e\u0301', 'ß', 'ss', 'ﬁ', 'İ', 'i', 'ı', '漢字', '👩‍👩‍👧', '\u200b', '\ufeff'],
  names: [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
  ],
  numbers: ['0', '00', '-1', '1e3', 'NaN', '9007199254740993', '9007199254740992'],
  long: ['x'.repeat(4_096), `${'x'.repeat(4_095)}y`, `y${'x'.repeat(4_095)}`],
  paths: ['/', '//', 'a/b', '\\a', '~', 'C:', 'a%2fb', 'a%00b'],
}

/** Words with dots; the first dot separates an id's group from its handle. */
export const dotted = ['..', '../../etc/passwd', '.a', 'a.b.c.d', 'a..b', 'a.', '.', './a.b', '...']

/** Words that differ only in upper and lower case. */
export const cased = ['a', 'A', 'aB', 'Ab', 'ab', 'AB', 'é', 'É', 'ß', 'ẞ']
