import { build } from 'vite';

export interface BundleOptions {
  readonly format: 'es' | 'cjs';
  readonly minify?: boolean;
}

/** The one file that a bundler makes of a module of this package's tests, with what it needs of the sources. */
export async function bundle(entry: URL, { format, minify = false }: BundleOptions): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@keyfold/source'] },
    ssr: { resolve: { conditions: ['@keyfold/source'] }, noExternal: [/^@keyfold\//] },
    build: {
      write: false,
      minify,
      target: 'es2024',
      ...(format === 'cjs' ? { ssr: true } : {}),
      lib: { entry: entry.pathname, formats: [format] },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('Nothing was built.');
  const [chunk, ...more] = output.output;
  if (more.length > 0) throw new Error('More than one file was built.');
  return chunk.code;
}
