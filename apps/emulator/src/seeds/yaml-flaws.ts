import type { ErrorCode } from 'yaml';

/** What is wrong, and the way out. */
export interface Flaw {
  readonly message: string;
  readonly hint: string;
}

const brackets = 'Look for a bracket, brace, comma or quotation mark that is missing or too much.';
const indent =
  'Indent the members of a map, and the dashes of a list, by the same number of spaces, and close every bracket.';
const quote = 'Put the text into quotation marks.';

/** What the parser finds wrong, in words of our own: its messages quote the source, which may be key material. */
export const yamlFlaws: Readonly<Record<ErrorCode, Flaw>> = {
  ALIAS_PROPS: { message: 'has an alias with an anchor or a tag', hint: 'Take the anchor or tag away.' },
  BAD_ALIAS: { message: 'has an alias whose name is none', hint: quote },
  BAD_COLLECTION_TYPE: { message: 'has a tag that does not fit it', hint: 'Take the tag away.' },
  BAD_DIRECTIVE: { message: 'has a directive that is none', hint: 'Take the line that begins with % away.' },
  BAD_DQ_ESCAPE: { message: 'has an escape that is none', hint: 'Write a backslash as \\\\ within "…".' },
  BAD_INDENT: { message: 'is indented in a way that has no meaning', hint: indent },
  BAD_PROP_ORDER: { message: 'has an anchor or tag in the wrong place', hint: 'Take it away.' },
  BAD_SCALAR_START: { message: 'begins with a character that is reserved', hint: quote },
  BLOCK_AS_IMPLICIT_KEY: { message: 'has two members in one line', hint: 'Begin a new line for each.' },
  BLOCK_IN_FLOW: {
    message: 'has an indented list or map within brackets',
    hint: 'Use brackets within brackets.',
  },
  DUPLICATE_KEY: { message: 'is there twice', hint: 'Keep one of the two.' },
  IMPOSSIBLE: { message: 'cannot be read', hint: brackets },
  KEY_OVER_1024_CHARS: { message: "has a member's name that is too long", hint: brackets },
  MISSING_CHAR: { message: 'ends too early', hint: brackets },
  MULTILINE_IMPLICIT_KEY: { message: "has a member's name over several lines", hint: brackets },
  MULTIPLE_ANCHORS: { message: 'has two anchors', hint: 'Keep one of the two.' },
  MULTIPLE_DOCS: {
    message: 'begins another document',
    hint: 'A seed is one document: make two files, or one document.',
  },
  MULTIPLE_TAGS: { message: 'has two tags', hint: 'Take them away.' },
  NON_STRING_KEY: { message: "has a member's name that is no text", hint: quote },
  RESOURCE_EXHAUSTION: { message: 'is nested too deep', hint: 'Seeds are nested 32 levels deep at most.' },
  TAB_AS_INDENT: { message: 'is indented by a tab', hint: 'Indent by spaces.' },
  TAG_RESOLVE_FAILED: { message: 'has a tag', hint: 'Take the tag away: seeds have none.' },
  UNEXPECTED_TOKEN: { message: 'has something that does not belong here', hint: brackets },
};
