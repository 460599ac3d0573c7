import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('../', import.meta.url));

/** What the compiler says of one text. */
export type Diagnostics = readonly string[];

/**
 * Compiles texts as if they were files beside the tests, under the repository's own options, all in one program.
 *
 * @param own what is set otherwise
 * @returns for each text, in order, the messages of its errors
 */
export function compile(texts: readonly string[], own: ts.CompilerOptions = {}): readonly Diagnostics[] {
  const { config } = ts.readConfigFile(`${folder}tsconfig.json`, (path) => readFileSync(path, 'utf8'));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const names = texts.map((_, index) => `${folder}compiled-${index}.ts`);
  const virtual = new Map(names.map((name, index) => [name, texts[index] ?? '']));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = virtual.get(path);
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0]);
  };
  const program = ts.createProgram({
    rootNames: names,
    options: { ...options, customConditions: ['@keyfold/source'], noEmit: true, composite: false, ...own },
    host,
  });
  return names.map((name) => {
    const file = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  });
}
