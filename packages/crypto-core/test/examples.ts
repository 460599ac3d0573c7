import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect } from 'vitest';
import * as core from '../src/index.ts';
import * as node from '../src/node/index.ts';
import * as web from '../src/web/index.ts';
import { codeOf } from './backend-fixtures.ts';
import { scene } from './example-scene.ts';

/** A public function, class or backend, and its examples. */
export interface Documented {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'error' | 'value';
  /** The TypeScript of each `@example`. */
  readonly examples: readonly string[];
}

/** What an example may use without importing it: where each name comes from. */
const modules: Readonly<Record<string, object>> = {
  '../src/index.ts': core,
  '../src/node/index.ts': node,
  '../src/web/index.ts': web,
};

const sceneModule = './example-scene.ts';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.esnext.d.ts'],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

const here = fileURLToPath(new URL('.', import.meta.url));
const entries = ['index.ts', 'node/index.ts', 'web/index.ts'].map((path) => `${here}../src/${path}`);
const program = ts.createProgram(entries, options);

/** Everything that an entry of the package exports and that is there when it runs. */
export function documented(): readonly Documented[] {
  const checker = program.getTypeChecker();
  const found = new Map<string, Documented>();
  for (const entry of entries) {
    const file = program.getSourceFile(entry);
    const module = file && checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${entry} is no module.`);
    for (const exported of checker.getExportsOfModule(module)) {
      const isTypeOnly = exported.declarations?.some(
        (declaration) => ts.isExportSpecifier(declaration) && isTypeExport(declaration),
      );
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (isTypeOnly || !(symbol.flags & ts.SymbolFlags.Value)) continue;
      const text = symbol
        .getJsDocTags(checker)
        .filter((tag) => tag.name === 'example')
        .map((tag) => ts.displayPartsToString(tag.text));
      const examples = text.map((each) => /^```ts\n(.*?)\n```$/s.exec(each.trim())?.[1] ?? '');
      // Each entry has an `afterRestore` of its own.
      const from = entry.includes('/node/') ? 'node' : entry.includes('/web/') ? 'web' : '';
      found.set(`${from}${exported.name}`, { name: exported.name, kind: kindOf(symbol), examples });
    }
  }
  return [...found.values()];
}

function isTypeExport(specifier: ts.ExportSpecifier): boolean {
  return specifier.isTypeOnly || specifier.parent.parent.isTypeOnly;
}

function kindOf(symbol: ts.Symbol): Documented['kind'] {
  if (symbol.flags & ts.SymbolFlags.Function) return 'function';
  if (!(symbol.flags & ts.SymbolFlags.Class)) return 'value';
  const runtime: unknown = Reflect.get(core, symbol.name);
  return typeof runtime === 'function' && runtime.prototype instanceof Error && runtime !== core.KeyfoldError
    ? 'error'
    : 'class';
}

/** What TypeScript finds wrong in the examples, as it would stand in a file of the user's. */
export function typeErrorsOf(
  examples: readonly (readonly [name: string, code: string])[],
): readonly string[] {
  const files: ReadonlyMap<string, string> = new Map(
    examples.map(([name, code], i) => [`${here}example-${i}-${name}.ts`, withImports(code)]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...more) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile(path, languageVersion, ...more)
      : ts.createSourceFile(path, text, languageVersion);
  };
  const checked = ts.createProgram([...files.keys()], options, host, program);
  return [...files.keys()].flatMap((path) => {
    const file = checked.getSourceFile(path);
    return ts.getPreEmitDiagnostics(checked, file).map(({ messageText, start = 0 }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${path.slice(here.length)}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}

/**
 * Runs an example in a module scope of its own. An expression with a comment `// → value` must have that value, one with
 * `// → throws code` must throw that error of ours.
 *
 * @returns how many such comments were compared
 */
export async function run(code: string): Promise<number> {
  let compared = 0;
  const requireNode = createRequire(import.meta.url);
  const { outputText } = ts.transpileModule(withImports(withChecks(code)), {
    // Node 22 has no `using` of its own.
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const body = new AsyncFunction('exports', 'require', 'check', 'refusal', outputText);
  await body(
    {},
    (from: string) => (from === sceneModule ? { scene } : (modules[from] ?? requireNode(from))),
    async (actual: () => unknown, expected: () => unknown) => {
      expect(await actual()).toEqual(expected());
      compared++;
    },
    async (call: () => Promise<unknown>, expected: string) => {
      expect(await codeOf(call)).toBe(expected);
      compared++;
    },
  );
  return compared;
}

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...source: readonly string[]
) => (...values: readonly unknown[]) => Promise<void>;

/** The example after imports of what it uses and does not declare. */
function withImports(code: string): string {
  const used = new Set<string>();
  const declared = new Set<string>();
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ESNext, true), (node) => {
    if (!ts.isIdentifier(node)) return;
    const { parent } = node;
    const isName =
      ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isImportSpecifier(parent);
    if (isName && parent.name === node) declared.add(node.text);
    else used.add(node.text);
  });
  const imports = Object.entries(modules).map(([from, module]) => {
    const names = Object.keys(module).filter((name) => used.has(name) && !declared.has(name));
    for (const name of names) declared.add(name); // `afterRestore` is in two of them
    return `import { ${names.join(', ')} } from '${from}';`;
  });
  const types = used.has('DataKeyHeader') ? "import type { DataKeyHeader } from '../src/index.ts';" : '';
  const given = Object.keys(scene).filter((name) => used.has(name) && !declared.has(name));
  const things = `import { scene } from '${sceneModule}'; const { ${given.join(', ')} } = scene;`;
  return `${imports.join('')}${types}${given.length === 0 ? 'export {};' : things}\n${code}`;
}

/** The example with a comparison in place of each expression that a comment says the value of. */
function withChecks(code: string): string {
  let checked = code;
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ESNext, true);
  const statements: ts.ExpressionStatement[] = [];
  visit(file, (node) => {
    if (ts.isExpressionStatement(node)) statements.push(node);
  });
  for (const statement of statements.toReversed()) {
    const said = (ts.getTrailingCommentRanges(code, statement.end) ?? [])
      .map(({ pos, end }) => /^\/\/ → (.*)$/.exec(code.slice(pos, end))?.[1])
      .find((value) => value !== undefined);
    if (said === undefined) continue;
    const call = `async () => (${statement.expression.getText(file)})`;
    const refusal = /^throws ([a-z_]+)$/.exec(said)?.[1];
    const comparison =
      refusal === undefined
        ? `await check(${call}, () => (${said}));`
        : `await refusal(${call}, '${refusal}');`;
    checked = checked.slice(0, statement.getStart(file)) + comparison + checked.slice(statement.end);
  }
  return checked;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}
